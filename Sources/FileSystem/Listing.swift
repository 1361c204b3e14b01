/// The names in a directory, sorted by their bytes, and the status of each.
///
/// Made once and filled for many directories: its memory is kept, so that listing allocates
/// nothing once the largest directory was seen.
package struct Listing: ~Copyable, Sendable {
  /// One name of a directory.
  package struct Found: BitwiseCopyable, Sendable {
    /// Where the name's bytes begin in `names`.
    package let nameStart: UInt32

    /// The number of bytes in the name: 255 or, on some foreign file systems, more.
    package let nameCount: UInt16

    /// What was seen of the name.
    package internal(set) var sighting = Sighting.unlooked

    /// The bounds of the name's bytes in `names`.
    package var nameRange: Range<Int> {
      Int(nameStart)..<(Int(nameStart) + Int(nameCount))
    }
  }

  /// The bytes of all names in no order, each followed by a zero, and then some zeros.
  package internal(set) var names: [UInt8] = []

  /// The names, sorted.
  package internal(set) var found: [Found] = []

  /// Where the records of `getdents64(2)` are read to.
  var records = [UInt8](repeating: 0, count: 128 * 1024)

  /// The names as they are sorted.
  var keys: [NameKey] = []

  /// Creates an empty listing.
  package init() {}

  /// The bytes of one of `found`'s names.
  package func name(of found: Found) -> ArraySlice<UInt8> {
    names[found.nameRange]
  }

  /// Forgets all names and keeps the memory.
  mutating func removeAll() {
    names.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
  }
}
