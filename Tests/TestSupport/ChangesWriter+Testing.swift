package import Wire

extension ChangesWriter {
  /// Adds a change.
  package mutating func append(_ change: Change) {
    append(
      change.entry, change.provision, parentModified: change.parentModified,
      conflictCopy: change.conflictCopy)
  }
}
