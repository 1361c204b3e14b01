extension Filter {
  /// One rule: what its pattern matches is kept or left out.
  package struct Rule: Hashable, Sendable {
    /// The longest pattern, in bytes: one less than `PATH_MAX`, as in rsync.
    package static let maximumPatternByteCount = 4095

    /// Whether what matches is kept rather than left out.
    package let includes: Bool

    /// The pattern as it was written.
    package let pattern: [UInt8]

    private let compiled: FilterPattern

    /// Takes a pattern of rsync's, or throws if it is empty or too long.
    ///
    /// One that is malformed, such as `[a`, matches nothing, as in rsync.
    package init(includes: Bool, pattern: [UInt8]) throws(FilterError) {
      guard !pattern.isEmpty else { throw .emptyPattern }
      guard pattern.count <= Self.maximumPatternByteCount else { throw .patternTooLong }
      self.includes = includes
      self.pattern = pattern
      compiled = FilterPattern(pattern)
    }

    /// Whether the pattern matches the path of `key`, which is not the root's.
    func matches(_ key: Span<UInt8>, isDirectory: Bool) -> Bool {
      compiled.matches(key, isDirectory: isDirectory)
    }
  }
}
