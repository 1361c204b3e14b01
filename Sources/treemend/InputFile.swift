internal import Glibc

/// A file that an option names.
enum InputFile {
  /// Reads the whole file, or standard input for `-`.
  static func contents(of name: RawArgument) throws(Failure) -> [UInt8] {
    let isInput = name.bytes == [UInt8(ascii: "-")]
    let path = name.bytes.map { CChar(bitPattern: $0) } + [0]
    let descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    defer { if !isInput, descriptor >= 0 { close(descriptor) } }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = descriptor < 0 ? -1 : read(descriptor, &buffer, buffer.count)
      if count > 0 {
        contents += buffer[..<count]
      } else if count == 0 {
        return contents
      } else if errno != EINTR {
        throw Failure(
          status: .inputOutput, what: "'\(name.description)' could not be read",
          causes: [SystemMessage.text(errno)])
      }
    }
  }
}
