internal import Hashing
package import Replica

/// What a run that was cut has written of a large file: it stays in the stage, so that it need not be
/// sent again, and nothing in it is believed that has not been verified.
package struct PartialFile: Sendable {
  /// The most that are kept, the newest.
  package static let maximumCount = 8
  /// How long they are kept, in nanoseconds: a week.
  package static let maximumAge: Int64 = 7 * 24 * 3600 * 1_000_000_000

  /// Its name in the stage.
  package let name: [UInt8]
  /// When it was written to, in nanoseconds since 1970.
  fileprivate let modified: Int64

  fileprivate static let prefix = Array("partial-".utf8)

  /// What the names of partial files of `path` begin with: 64 bits of the SHA-256 of its key.
  fileprivate static func prefix(of path: Path) -> [UInt8] {
    var sha256 = SHA256()
    let digest = sha256.digest(of: path.key).bytes
    return prefix + hexadecimalDigits(of: Array(digest.prefix(8))) + [UInt8(ascii: "-")]
  }

  /// Whether it is, as its name says, of the file at `path`.
  package func isOf(_ path: Path) -> Bool {
    name.starts(with: Self.prefix(of: path))
  }
}

extension Stage {
  /// A name that nothing has, for a file that is kept if it stays partial.
  package func makePartialName(of path: Path) -> [UInt8] {
    PartialFile.prefix(of: path) + makeName()
  }

  /// The partial files that there are, the newest first.
  package func partials() throws(SystemError) -> [PartialFile] {
    var listing = Listing()
    try directory.list(into: &listing)
    var partials: [PartialFile] = []
    for found in listing.found where listing.name(of: found).starts(with: PartialFile.prefix) {
      let name = Array(listing.name(of: found))
      let status = try directory.status(of: name)
      if status.kind == .file {
        partials.append(PartialFile(name: name, modified: status.modified))
      }
    }
    return partials.sorted { $0.modified > $1.modified }
  }

  /// Removes everything in the stage, as `removeTree(_:in:)` does, but the newest partial files that
  /// are not too old at `now`, in nanoseconds since 1970.
  package func clear(now: Int64) throws(SystemError) {
    let kept = Set(
      try partials().prefix(PartialFile.maximumCount)
        .filter { now - $0.modified < PartialFile.maximumAge }.map(\.name))
    var listing = Listing()
    try directory.list(into: &listing)
    for found in listing.found where !kept.contains(Array(listing.name(of: found))) {
      try removeTree(listing.name(of: found), in: directory)
    }
  }
}
