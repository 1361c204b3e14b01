/// What becomes of concurrent versions of a path.
package enum ConflictPolicy: String, Sendable, CaseIterable {
  /// The later modification time wins, then the larger digest; the loser goes.
  case newest
  /// The same wins, and the loser is kept beside it under a name of its own.
  case keepBoth = "keep-both"
  /// The first replica's version wins; the loser goes.
  case preferSource = "prefer-source"
  /// The second replica's version wins; the loser goes.
  case preferDestination = "prefer-destination"
  /// Neither wins, and nothing is touched.
  case fail
}
