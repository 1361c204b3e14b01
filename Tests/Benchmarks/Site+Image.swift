import Glibc
import TestSupport

/// What happens to the large file of a site, its image, between two runs. The same numbers bring
/// about the same.
extension Site {
  /// The image's path.
  var image: String { "\(source)/\(imageName)" }

  /// Writes so many pages of 4 KiB, one here and one there.
  func overwritePages(_ count: Int, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    try withImage { descriptor, byteCount in
      for _ in 0..<count {
        let page = random.below(max(1, byteCount / 4_096))
        try put(random.bytes(min(4_096, byteCount)), at: page * 4_096, of: descriptor)
      }
    }
  }

  /// Writes another byte in the place of one.
  func overwriteByte(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    try withImage { descriptor, byteCount in
      let offset = random.below(byteCount)
      var byte: UInt8 = 0
      guard pread(descriptor, &byte, 1, off_t(offset)) == 1 else { throw SystemFailure("pread") }
      try put([byte ^ 0xff], at: offset, of: descriptor)
    }
  }

  /// Writes bytes behind the end.
  func append(_ count: Int, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    try withImage { descriptor, byteCount in
      try put(random.bytes(count), at: byteCount, of: descriptor)
    }
  }

  /// Puts bytes before the beginning; as an editor does, by another file in the place of it.
  func insert(_ count: Int, seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let piece = beside("piece")
    try makeFile(Array(piece.utf8), content: random.bytes(count))
    try replaceImage(by: "cat \(piece) \(image)")
  }

  /// Puts the second half before the first.
  func swapHalves() throws {
    let half = try withImage { _, byteCount in byteCount / 2 }
    try replaceImage(by: "{ tail -c +\(half + 1) \(image); head -c \(half) \(image); }")
  }

  /// Moves it to another directory.
  func moveImage(toDirectory name: String) throws {
    let directory = "\(source)/\(name)"
    try makeDirectory(Array(directory.utf8))
    let moved = "\(name)/\(imageName.split(separator: "/").last ?? "image")"
    guard rename(image, "\(source)/\(moved)") == 0 else { throw SystemFailure("rename") }
    imageName = moved
  }

  /// Throws unless the tool's destination holds what the source does, byte for byte.
  func verify(_ tool: Tool) throws {
    try Interruption.requireSuccess(
      "diff", "-rq", "--no-dereference", "-x", ".treemend", "--", source, destination(of: tool))
  }

  /// Makes what `command` prints the image.
  func replaceImage(by command: String) throws {
    let new = beside("new")
    try Interruption.requireSuccess("sh", "-ec", "\(command) >\(new); mv \(new) \(image)")
  }

  private func withImage<Result>(
    _ body: (_ descriptor: Int32, _ byteCount: Int) throws -> Result
  ) throws -> Result {
    let descriptor = open(image, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure("open \(image)") }
    defer { close(descriptor) }
    return try body(descriptor, Int(lseek(descriptor, 0, SEEK_END)))
  }

  private func put(_ bytes: [UInt8], at offset: Int, of descriptor: Int32) throws {
    guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
      throw SystemFailure("pwrite \(image)")
    }
  }
}
