import TestSupport
import Testing

/// Expects the destination to be as the source is, and lists where it is not.
func expectEqual(
  _ replicas: Replicas, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try expect(
    replicas.destination, is: TreeSnapshot(replicas.source), sourceLocation: sourceLocation)
}

/// Expects the tree at `path` to be as `snapshot` has it, and lists where it is not.
func expect(
  _ path: String, is snapshot: TreeSnapshot, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let differences = snapshot.differences(from: try TreeSnapshot(path))
  #expect(differences == [], sourceLocation: sourceLocation)
}
