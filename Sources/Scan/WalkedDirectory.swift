internal import FileSystem
internal import Replica

/// A directory that a walk may have to list, or has listed.
final class WalkedDirectory: @unchecked Sendable {
  // SAFETY: `phase` is touched under the walk's monitor alone.
  enum Phase {
    case known
    case waiting
    case taken
    case listed(DirectoryListing)
    case failed(SystemError)
  }

  let path: Path
  /// What it is remembered by when everything in it was: as long as it has this stamp, the names in
  /// it are those that are remembered. `.none` if that is not known.
  let stamp: Stamp
  /// Whether nothing in it is remembered, so that the directories in it will have to be listed.
  let isNew: Bool
  var phase = Phase.known

  /// A directory that is remembered.
  init(_ path: Path, stamp: Stamp) {
    self.path = path
    self.stamp = stamp
    isNew = false
  }

  /// A directory of which nothing can be relied on; `isNew` if nothing in it is remembered either.
  init(_ path: Path, isNew: Bool) {
    self.path = path
    stamp = .none
    self.isNew = isNew
  }
}

/// What is in a directory, sorted, and which of it are directories to be gone into.
struct DirectoryListing: Sendable {
  /// What the directory is to be remembered by: its stamp from before it was listed, or `.none` if
  /// something in it will not be remembered.
  let stamp: Stamp
  let names: [UInt8]
  let found: [Listing.Found]
  /// The directories to go into, each with its index in `found`, in order.
  let children: [(index: Int, directory: WalkedDirectory)]
}
