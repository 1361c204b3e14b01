import Hashing
import Replica

/// The two replicas of every test here.
enum Ends {
  static let source = ReplicaID(rawValue: 1)
  static let destination = ReplicaID(rawValue: 2)
  static let path = Path(uncheckedKey: Array("file".utf8))
}

/// What one end holds at the path.
enum Situation: CaseIterable, Sendable {
  case absent, tombstone, first, second, touched, known, directory, link

  /// The entry, with `vector` unless the situation is about another.
  func entry(vector: VersionVector = VersionVector(Ends.source)) -> Entry? {
    attributes.map { attributes in
      let other = vector.raised(by: ReplicaID(rawValue: 3), in: 0)
      return Entry(
        path: Ends.path, attributes: attributes, vector: self == .known ? other : vector)
    }
  }

  private var attributes: Attributes? {
    switch self {
    case .absent: nil
    case .tombstone: .tombstone(deleted: 90)
    case .first, .known: Self.file(byte: 1, modified: 10)
    case .second: Self.file(byte: 2, modified: 10)
    case .touched: Self.file(byte: 1, modified: 20)
    case .directory: .directory(mode: 0o755)
    case .link: .link(size: 4, modified: 10, digest: Self.digest(byte: 1))
    }
  }

  static func file(byte: UInt8, modified: Int64, mode: UInt16 = 0o644) -> Attributes {
    .file(mode: mode, size: 4, modified: modified, digest: digest(byte: byte))
  }

  private static func digest(byte: UInt8) -> Digest {
    Digest([UInt8](repeating: byte, count: Digest.byteCount).span.bytes)
  }
}
