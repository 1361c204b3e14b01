/// The directory in a root that holds the replica's state, and is no part of the tree.
package enum StateDirectory {
  /// Its name.
  package static let name = Array(".treemend".utf8)
}
