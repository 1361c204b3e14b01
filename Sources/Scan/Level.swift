internal import FileSystem
internal import Replica

/// Where the walk is in one directory.
struct Level {
  private let listing: DirectoryListing
  /// How many bytes of its names' keys are the directory's.
  private let prefixCount: Int
  private var index = 0
  private var child = 0

  /// A name in the directory: what was found, and the directory to go into if it is one.
  struct Step {
    let found: Listing.Found
    let directory: WalkedDirectory?
  }

  init(listing: DirectoryListing, prefixCount: Int) {
    self.listing = listing
    self.prefixCount = prefixCount
  }

  /// The next name, or nil behind the last; `key`, which begins with the directory's, becomes that of
  /// the name.
  mutating func next(_ key: inout [UInt8]) -> Step? {
    while index < listing.found.count {
      let found = listing.found[index]
      let name = listing.names[found.nameRange]
      var directory: WalkedDirectory?
      if child < listing.children.count, listing.children[child].index == index {
        directory = listing.children[child].directory
        child += 1
      }
      index += 1
      if StateDirectory.isName(name) { continue }
      key.removeLast(key.count - prefixCount)
      key.append(contentsOf: name)
      return Step(found: found, directory: directory)
    }
    return nil
  }
}
