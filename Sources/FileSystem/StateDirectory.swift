internal import Replica

/// The directory in a root that holds the replica's state, and is no part of any tree,
/// at whatever depth: the state of a replica within another does not travel.
package enum StateDirectory {
  /// Its name.
  package static let name = Array(".treemend".utf8)

  /// Whether these bytes are its name.
  package static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count == name.count && bytes.elementsEqual(name)
  }

  /// Whether the path of `key` is that of a replica's state, or leads into one.
  package static func covers(_ key: Span<UInt8>) -> Bool {
    var start = 0
    for end in 0...key.count where end == key.count || key[end] == Path.separator {
      if end - start == name.count, name.indices.allSatisfy({ key[start + $0] == name[$0] }) {
        return true
      }
      start = end + 1
    }
    return false
  }
}
