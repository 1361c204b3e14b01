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
  /// How much of the file it can hold, in bytes.
  package let byteCount: Int64
  /// When it was last changed, in nanoseconds since 1970. Its modification time would be a peer's word.
  fileprivate let changed: Int64

  fileprivate static let prefix = Array("partial-".utf8)

  /// What the names of partial files of `path` begin with.
  fileprivate static func prefix(of path: Path) -> [UInt8] {
    prefix + Stage.digits(of: path) + [UInt8(ascii: "-")]
  }

  /// What its name begins with: the same for all of one path.
  fileprivate var pathPrefix: [UInt8] { Array(name.prefix(Self.prefix.count + 17)) }

  /// Whether a name in the stage is a partial file's.
  package static func isName(_ name: [UInt8]) -> Bool {
    name.starts(with: prefix)
  }

  /// Whether it is, as its name says, of the file at `path`.
  package func isOf(_ path: Path) -> Bool {
    name.starts(with: Self.prefix(of: path))
  }

  /// Whether it is of the same path as another.
  package func isOfPath(of other: PartialFile) -> Bool {
    pathPrefix == other.pathPrefix
  }
}

extension Stage {
  /// What stands for a path in names in the stage: 64 bits of the SHA-256 of its key.
  static func digits(of path: Path) -> [UInt8] {
    var sha256 = SHA256()
    return hexadecimalDigits(of: Array(sha256.digest(of: path.key).bytes.prefix(8)))
  }

  /// A name that nothing has, for a file that is kept if it stays partial.
  package func makePartialName(of path: Path) -> [UInt8] {
    PartialFile.prefix(of: path) + makeName()
  }

  /// The partial files that are worth keeping at `now`, in nanoseconds since 1970, the newest first: of
  /// each path the newest and the longest, which can be of another version, and of those the newest that
  /// are not too old.
  package func partials(now: Int64) throws(SystemError) -> [PartialFile] {
    var listing = Listing()
    try directory.list(into: &listing)
    var partials: [PartialFile] = []
    for found in listing.found {
      let name = Array(listing.name(of: found))
      guard PartialFile.isName(name), let partial = try partial(name) else { continue }
      partials.append(partial)
    }
    let kept = Dictionary(grouping: partials, by: \.pathPrefix).values.flatMap { left in
      let newest = left.max { $0.changed < $1.changed }
      let longest = left.max { $0.byteCount < $1.byteCount }
      return [newest, newest?.name == longest?.name ? nil : longest].compactMap(\.self)
    }
    return Array(
      kept.filter { now &- $0.changed < PartialFile.maximumAge }
        .sorted { $0.changed > $1.changed }.prefix(PartialFile.maximumCount))
  }

  /// The partial file with a name; nil if it is no file.
  package func partial(_ name: [UInt8]) throws(SystemError) -> PartialFile? {
    let status = try directory.status(of: name)
    guard status.kind == .file else { return nil }
    return PartialFile(name: name, byteCount: status.size, changed: status.changed)
  }

  /// Removes everything in the stage, as `removeTree(_:in:)` does, but what is displaced, and the partial
  /// files that are worth keeping at `now`, in nanoseconds since 1970.
  package func clear(now: Int64) throws(SystemError) {
    let kept = Set(try partials(now: now).map(\.name))
    var listing = Listing()
    try directory.list(into: &listing)
    for found in listing.found {
      let name = Array(listing.name(of: found))
      guard !kept.contains(name), !DisplacedFile.isName(name) else { continue }
      try removeTree(name, in: directory)
    }
  }
}
