package import Hashing

/// What an entry says of its path, but for the path and the versions: trivial to copy and compare.
package struct Attributes: Hashable, Sendable, BitwiseCopyable {
  /// What is at a path.
  package enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// A regular file.
    case file = 0
    /// A directory.
    case directory = 1
    /// A symbolic link.
    case link = 2
    /// Nothing: what was there has been deleted.
    case tombstone = 3
  }

  /// The permission bits that travel: all but set-user-id and set-group-id.
  package static let modeMask: UInt16 = 0o1777

  /// What is at the path.
  package let kind: Kind
  /// The permission bits of a file or directory, 0 otherwise.
  package let mode: UInt16
  /// The bytes in a file or in a link's target, 0 otherwise.
  package let size: Int64
  /// Nanoseconds since 1970: the modification time of a file or link, the time of deletion of a
  /// tombstone, 0 for a directory.
  package let modified: Int64
  /// The SHA-256 of a file's content or of a link's target; zero otherwise, and for a file that has
  /// not been hashed yet.
  package let digest: Digest

  private init(kind: Kind, mode: UInt16, size: Int64, modified: Int64, digest: Digest) {
    self.kind = kind
    self.mode = mode & Self.modeMask
    self.size = size
    self.modified = modified
    self.digest = digest
  }

  /// The attributes of a regular file.
  package static func file(
    mode: UInt16, size: Int64, modified: Int64, digest: Digest
  ) -> Attributes {
    Attributes(kind: .file, mode: mode, size: size, modified: modified, digest: digest)
  }

  /// The attributes of a directory.
  package static func directory(mode: UInt16) -> Attributes {
    Attributes(kind: .directory, mode: mode, size: 0, modified: 0, digest: .zero)
  }

  /// The attributes of a symbolic link whose target has `size` bytes.
  package static func link(size: Int64, modified: Int64, digest: Digest) -> Attributes {
    Attributes(kind: .link, mode: 0, size: size, modified: modified, digest: digest)
  }

  /// The attributes of a path that was found deleted at the time `deleted`, in nanoseconds.
  package static func tombstone(deleted: Int64) -> Attributes {
    Attributes(kind: .tombstone, mode: 0, size: 0, modified: deleted, digest: .zero)
  }

  /// Whether there is something at the path.
  package var isLive: Bool { kind != .tombstone }

  /// Whether the owner may execute the file.
  package var isExecutable: Bool { kind == .file && mode & 0o100 != 0 }

  /// Whether both are surely of the same kind with the same bytes, whatever their mode and times.
  package func hasSameContent(as other: Attributes) -> Bool {
    kind == other.kind && size == other.size && digest == other.digest && isHashed
  }

  /// Whether the content is known: a file that is to be hashed while it is sent has no digest yet,
  /// and is like no other.
  package var isHashed: Bool { kind != .file || digest != .zero }

  /// The same, of a file that has been hashed.
  package func hashed(_ digest: Digest) -> Attributes {
    Attributes(kind: kind, mode: mode, size: size, modified: modified, digest: digest)
  }
}
