internal import FileSystem
internal import Replica

/// Where the walk is in one directory.
struct Level {
  private let path: Path
  private let listing: DirectoryListing
  private var index = 0
  private var child = 0

  /// A name in the directory: its path, what was found, and the directory to go into if it is one.
  struct Step {
    let path: Path
    let found: Listing.Found
    let directory: WalkedDirectory?
  }

  init(path: Path, listing: DirectoryListing) {
    self.path = path
    self.listing = listing
  }

  /// The next name, or nil behind the last.
  mutating func next() -> Step? {
    guard index < listing.found.count else { return nil }
    let found = listing.found[index]
    var directory: WalkedDirectory?
    if child < listing.children.count, listing.children[child].index == index {
      directory = listing.children[child].directory
      child += 1
    }
    index += 1
    let path = directory?.path ?? path.appending(listing.names[found.nameRange])
    return Step(path: path, found: found, directory: directory)
  }
}
