internal import Hashing
internal import Replica

/// An entry as `ls` prints it.
struct EntryLine {
  let path: Path
  let attributes: Attributes

  /// Mode, size, time in UTC, digest and name; what an entry has not is a hyphen.
  func text(isHumanReadable: Bool) -> String {
    let isDirectory = attributes.kind == .directory
    let size = isDirectory ? "-" : Quantity(isHumanReadable: isHumanReadable).text(attributes.size)
    let time = isDirectory ? "-" : Timestamp.text(nanoseconds: attributes.modified)
    let digest = digest?.description ?? "-"
    return "\(mode) \(size.padded(to: -15)) \(time.padded(to: 20)) \(digest.padded(to: 64)) "
      + ItemLine.name(path, attributes) + "\n"
  }

  /// The entry as a JSON object.
  var json: String {
    var line = JSONLine(type: "entry")
    line.add("path", bytes: path.slashed)
    line.add("kind", "\(attributes.kind)")
    if attributes.kind != .link { line.add("mode", String(attributes.mode, radix: 8)) }
    if attributes.kind != .directory {
      line.add("bytes", attributes.size)
      line.add("modified_ns", attributes.modified)
      line.add("digest", digest?.description)
    }
    return line.text
  }

  /// The digest of what has content; nil for what could not be read, too.
  private var digest: Digest? {
    attributes.kind == .directory || !attributes.isHashed ? nil : attributes.digest
  }

  /// The kind and the permission bits, as `ls -l` prints them.
  private var mode: String {
    let kind =
      switch attributes.kind {
      case .file: "-"
      case .directory: "d"
      case .link: "l"
      case .tombstone: "?"
      }
    if attributes.kind == .link { return "lrwxrwxrwx" }
    var bits = "rwxrwxrwx".enumerated().map { index, letter in
      attributes.mode >> UInt16(8 - index) & 1 == 1 ? letter : "-"
    }
    if attributes.mode & 0o1000 != 0 { bits[8] = bits[8] == "x" ? "t" : "T" }
    return kind + String(bits)
  }
}
