/// The record of one path: what is there, and the changes that led to it.
package struct Entry: Hashable, Sendable {
  /// The path.
  package let path: Path
  /// What is there.
  package var attributes: Attributes
  /// The changes seen.
  package var vector: VersionVector

  /// Creates an entry.
  package init(path: Path, attributes: Attributes, vector: VersionVector) {
    self.path = path
    self.attributes = attributes
    self.vector = vector
  }
}
