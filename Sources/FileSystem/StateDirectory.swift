/// The directory in a root that holds the replica's state, and is no part of any tree,
/// at whatever depth: the state of a replica within another does not travel.
package enum StateDirectory {
  /// Its name.
  package static let name = Array(".treemend".utf8)

  /// Whether these bytes are its name.
  package static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count == name.count && bytes.elementsEqual(name)
  }
}
