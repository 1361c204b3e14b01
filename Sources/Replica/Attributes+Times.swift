/// Times as coarser file systems keep them.
extension Attributes {
  /// The units, in nanoseconds, in which file systems keep times that keep no nanoseconds: from NTFS's
  /// to FAT's.
  private static let coarseUnits: [Int64] = [
    100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000,
  ]

  /// Whether a modification time found, in nanoseconds since 1970, is this one, or what a coarser file
  /// system has kept of it.
  package func hasTime(_ found: Int64) -> Bool {
    if found == modified { return true }
    return Self.coarseUnits.contains { unit in
      let beyond = modified % unit
      return modified &- (beyond < 0 ? beyond + unit : beyond) == found
    }
  }
}
