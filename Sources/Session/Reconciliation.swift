internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica

/// A comparison as the source and the destination of a one-way run see it: what each difference
/// means, and how much there is to do.
struct Reconciliation {
  let comparison: Comparison
  let rules: OneWay
  let isPush: Bool
  /// The time of deletions that the source has no tombstone of.
  let now: Int64
  /// How much there is to do.
  private(set) var tally = Tally()

  /// How much there is to do.
  struct Tally {
    /// Changes that a user sees.
    private(set) var itemCount = 0
    /// The content of what is to be created or updated.
    private(set) var byteCount: Int64 = 0
    private(set) var deletionCount = 0
    /// What only the destination has and keeps.
    private(set) var extraneousCount = 0
    /// Entries that one of the ends has to take over, if only into its index.
    private(set) var differenceCount = 0

    mutating func count(_ verdict: Verdict) {
      if verdict.decision == .leave {
        extraneousCount += 1
        return
      }
      differenceCount += 1
      switch verdict.decision {
      case .nothing, .record, .leave: return
      case .delete: deletionCount += 1
      case .create, .update: byteCount += verdict.source?.attributes.size ?? 0
      case .metadata: break
      }
      itemCount += 1
    }
  }

  /// One path, and what is to be done about it.
  struct Verdict {
    let decision: Decision
    let path: Path
    let source: Entry?
    let destination: Entry?
    /// The stamp of this end's entry.
    let stamp: Stamp
    /// Whether the destination needs the content of a file that is not empty.
    var isContentWanted: Bool {
      (decision == .create || decision == .update) && source?.attributes.kind == .file
        && source?.attributes.size ?? 0 > 0
    }
    /// Whether a file or link takes the place of a directory, which has to be emptied first.
    var replacesDirectory: Bool {
      decision == .update && destination?.attributes.kind == .directory
    }
  }

  /// Goes through all differences once: counts, and lists the deletions.
  init(
    _ comparison: Comparison, rules: OneWay, isPush: Bool, isUnknown: (Path) -> Bool
  ) throws {
    self.comparison = comparison
    self.rules = rules
    self.isPush = isPush
    now = wallClockNanoseconds()
    var tally = Tally()
    try forEach { verdict in
      guard !isUnknown(verdict.path) else { return }
      tally.count(verdict)
      if verdict.decision == .delete { try comparison.ledger.add(deletion: verdict.path) }
    }
    self.tally = tally
  }

  /// Calls `body` with the verdict on every path that differs, in key order.
  func forEach(_ body: (Verdict) throws -> Void) throws {
    try comparison.forEach { difference in
      let verdict = verdict(on: difference)
      if verdict.decision != .nothing { try body(verdict) }
    }
  }

  /// Calls `body` with the verdict on every path that is to be deleted, the last key first, so
  /// that a directory comes behind what is in it.
  func forEachDeletion(_ body: (Verdict) throws -> Void) throws {
    var key: [UInt8]?
    while true {
      let paths = try comparison.ledger.deletions(before: key)
      guard let last = paths.last else { return }
      for path in paths { try body(verdict(on: try comparison.difference(at: path))) }
      key = last.key
    }
  }

  private func verdict(on difference: Difference) -> Verdict {
    let mine = difference.mine?.entry
    let source = isPush ? mine : difference.theirs
    let destination = isPush ? difference.theirs : mine
    return Verdict(
      decision: rules.decide(source: source, destination: destination), path: difference.path,
      source: source, destination: destination, stamp: difference.mine?.stamp ?? .none)
  }

  /// The entry that both ends hold when a verdict has been carried out.
  func result(of verdict: Verdict) -> Entry? {
    rules.result(
      of: verdict.decision, source: verdict.source, destination: verdict.destination,
      deleted: now)
  }

  /// The entry that stands for a deletion on its way to the destination.
  func deletion(of verdict: Verdict) -> Entry {
    verdict.source
      ?? Entry(
        path: verdict.path, attributes: .tombstone(deleted: now), vector: VersionVector())
  }
}

extension Item {
  /// The change that a verdict stands for, if it is one that a user sees.
  init?(_ verdict: Reconciliation.Verdict) {
    let action: Action
    switch verdict.decision {
    case .nothing, .record, .leave: return nil
    case .delete: action = .delete
    case .metadata: action = .metadata
    case .update: action = .update
    case .create:
      switch verdict.source?.attributes.kind {
      case .directory: action = .mkdir
      case .link: action = .link
      default: action = .copy
      }
    }
    let before = verdict.destination?.attributes
    self.init(
      action: action, path: verdict.path, before: before?.isLive ?? false ? before : nil,
      after: action == .delete ? nil : verdict.source?.attributes)
  }
}
