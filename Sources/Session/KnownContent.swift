internal import Hashing
internal import Index
internal import Reconcile
internal import Replica

/// Content that the destination is to have and that it has already, under other paths.
struct KnownContent {
  private var paths: [Digest: Path] = [:]

  /// Looks for what `reconciliation` wants among the entries of the destination.
  ///
  /// What the destination has is known from the differences; and, as far as the ends agree, from
  /// this end's own index.
  init(
    for reconciliation: Reconciliation, local: LocalReplica, destinationCount: Int
  ) throws {
    guard destinationCount > 0, reconciliation.tally.byteCount > 0 else { return }
    var wanted: Set<UInt64> = []
    try reconciliation.forEach { verdict in
      if verdict.isContentWanted, let digest = verdict.source?.attributes.digest {
        wanted.insert(digest.prefix)
      }
    }
    guard !wanted.isEmpty else { return }
    try reconciliation.forEach { verdict in
      guard let theirs = verdict.destination, theirs.attributes.kind == .file else { return }
      if wanted.contains(theirs.attributes.digest.prefix) {
        paths[theirs.attributes.digest] = verdict.path
      }
    }
    // Reading the whole index costs about as much as sending four bytes an entry.
    guard reconciliation.tally.byteCount > 4 * Int64(local.view.liveCount) else { return }
    let tree = local.view.content
    for bucket in 0..<tree.bucketCount {
      let run = try local.bucket(bucket..<(bucket + 1), of: tree).run
      for index in 0..<run.count {
        let attributes = run.attributes(at: index)
        guard attributes.kind == .file, attributes.size > 0,
          wanted.contains(attributes.digest.prefix), paths[attributes.digest] == nil
        else { continue }
        let path = run.path(at: index)
        if try !reconciliation.isPush || reconciliation.comparison.isUndisputed(path) {
          paths[attributes.digest] = path
        }
      }
    }
  }

  /// Where the destination has this content.
  func path(of attributes: Attributes) -> Path? {
    attributes.size == 0 ? nil : paths[attributes.digest]
  }
}

extension Digest {
  /// The first eight bytes, as a number: enough to tell digests apart that are not meant to clash.
  fileprivate var prefix: UInt64 {
    bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
