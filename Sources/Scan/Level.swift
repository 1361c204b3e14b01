internal import FileSystem
internal import Replica

/// A directory that the walk is in.
struct Level {
  let directory: WalkedDirectory
  /// Where the walk is in what was listed; nil as long as the directory is surely as it was, so that
  /// the names in it are those that are remembered.
  var listed: ListedLevel?
}

/// A name in a directory: what was seen of it, and the directory to go into if it is one that is new.
struct Step {
  let sighting: Sighting
  let directory: WalkedDirectory?
}

/// What comes next in a directory.
enum Move<Place> {
  /// This place.
  case name(Place)
  /// Whatever comes next now that something has been passed over.
  case on
  /// Nothing.
  case behind
}

/// Where the walk is in a directory that was listed.
struct ListedLevel {
  private let listing: DirectoryListing
  /// How many bytes of its names' keys are the directory's.
  private let prefixCount: Int
  private var index = 0
  private var child = 0

  init(_ listing: DirectoryListing, prefixCount: Int) {
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
      return Step(sighting: found.sighting, directory: directory)
    }
    return nil
  }

  /// Passes over the names before that of `key`, which is in the directory.
  mutating func skip(before key: Span<UInt8>) {
    let name = key.extracting(droppingFirst: prefixCount)
    while index < listing.found.count,
      listing.names.span.extracting(listing.found[index].nameRange).precedes(name)
    {
      if child < listing.children.count, listing.children[child].index == index { child += 1 }
      index += 1
    }
  }
}
