package import Replica

/// What a scan came upon, beside the entries.
package struct ScanReport: Sendable {
  /// The paths looked at.
  package internal(set) var scannedCount = 0
  /// The entries found that are live.
  package internal(set) var foundCount = 0
  /// The live entries that were remembered, but for those that are left out and were not found.
  package internal(set) var rememberedCount = 0
  /// The entries that are new, changed or deleted.
  package internal(set) var changedCount = 0
  /// The files that are left to be hashed while they are sent.
  package internal(set) var unhashedCount = 0
  /// The bytes hashed.
  package internal(set) var hashedByteCount: Int64 = 0
  /// What could not be dealt with.
  package internal(set) var problems: [Problem] = []
  /// Paths of which, and below which, nothing is known, in key order; they and what is below them
  /// must not be taken for deleted.
  package internal(set) var unknown: [Path] = []

  /// Directories that may hold what the index does not, although they have a stamp in it; nil if they
  /// are too many. Their stamps must go before the index is kept.
  package internal(set) var doubtful: Set<Path>? = []

  /// Creates the report of a scan that has seen nothing yet.
  package init() {}

  /// The most unknown paths that are told apart; beyond that everything is unknown.
  static let unknownLimit = 65_536

  /// The most doubtful directories that are told apart.
  static let doubtfulLimit = 4096

  mutating func doubt(_ directory: Path) {
    doubtful?.insert(directory)
    if let count = doubtful?.count, count > Self.doubtfulLimit { doubtful = nil }
  }

  mutating func add(_ problem: Problem) {
    problems.append(problem)
    if unknown.count < Self.unknownLimit {
      unknown.append(problem.path)
    } else {
      unknown = [.root]
    }
  }
}
