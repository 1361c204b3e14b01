internal import FileSystem
internal import Merkle
internal import Reconcile
package import Replica
internal import Wire

/// A version that lost a conflict and is kept under a name of its own.
package struct KeptConflict: Sendable {
  /// The copy.
  package let copy: Entry
  /// Where the version that won is, or was.
  package let originalPath: Path
  /// What is there now, if anything.
  package let original: Entry?
}

/// Which version of a conflict stays.
package enum KeptVersion: String, Sendable, CaseIterable {
  /// The one that won.
  case original
  /// The one that was kept beside it.
  case copy
}

extension Session {
  /// The conflict copies below `path`, in key order, after a scan.
  package static func conflicts(
    in path: [UInt8], options: RunOptions, report: (Event) -> Void
  ) throws(SessionError) -> [KeptConflict] {
    try found(in: scanned(path, options, report))
  }

  /// Settles conflicts: of those whose copies are at `copies`, or of all if that is nil, one version
  /// stays under the original's name and the other goes. What has been changed since the scan is
  /// left, and reported. Where all originals are to stay, copies whose original is gone do: they are
  /// the last versions; and of several copies none takes the place of their original, which has room
  /// for one. Returns these beside what was settled.
  package static func settle(
    _ copies: [Path]?, in path: [UInt8], keeping which: KeptVersion, options: RunOptions,
    report: (Event) -> Void
  ) throws(SessionError) -> (settled: [KeptConflict], left: [KeptConflict]) {
    let replica = try scanned(path, options, needsHistory: true, report)
    let found = try found(in: replica)
    for path in copies ?? [] where !found.contains(where: { $0.copy.path == path }) {
      throw .noConflictCopy(path: path)
    }
    let named = found.filter { copies?.contains($0.copy.path) ?? true }
    let left: [KeptConflict]
    switch which {
    case .original: left = copies == nil ? named.filter { $0.original == nil } : []
    case .copy:
      let counts = Dictionary(named.map { ($0.originalPath, 1) }, uniquingKeysWith: +)
      left = named.filter { counts[$0.originalPath, default: 0] > 1 }
    }
    let leftPaths = Set(left.map(\.copy.path))
    let wanted = named.filter { !leftPaths.contains($0.copy.path) }
    do {
      let destination = try Destination(replica, deletes: true)
      var refused: Set<Path> = []
      func take(_ outcomes: Outcomes) {
        for problem in outcomes.problems {
          refused.insert(problem.path)
          report(.problem(problem))
        }
      }
      for conflict in wanted {
        if which == .copy {
          let taken = Change(
            entry: try replica.edited(
              conflict.originalPath, to: conflict.copy.attributes, seeing: conflict.copy),
            provision: .copy(from: conflict.copy.path))
          try destination.accept(taken)
          guard destination.takeUnmatched().isEmpty else {
            take(Outcomes(problems: [Problem(path: conflict.copy.path, code: .precondition)]))
            continue
          }
          try destination.flush()
          take(destination.takeOutcomes())
          guard !refused.contains(conflict.originalPath) else { continue }
        }
        let tombstone = Attributes.tombstone(deleted: wallClockNanoseconds())
        try destination.accept(
          Change(
            entry: try replica.edited(conflict.copy.path, to: tombstone, seeing: conflict.copy),
            provision: .deletion))
      }
      try destination.finish()
      take(destination.takeOutcomes())
      let settled = wanted.filter {
        !refused.contains($0.copy.path) && !refused.contains($0.originalPath)
      }
      return (settled, left)
    } catch {
      throw SessionError(error)
    }
  }

  private static func found(in replica: LocalReplica) throws(SessionError) -> [KeptConflict] {
    do {
      var copies: [(copy: Entry, originalPath: Path)] = []
      var longNames: [Path: Path] = [:]
      try replica.forEachLiveEntry { run, index in
        let path = run.path(at: index)
        // No directory loses a conflict.
        if run.attributes(at: index).kind != .directory,
          let name = ConflictCopy.original(of: path.name)
        {
          copies.append((run.entry(at: index), path.parent.appending(name)))
        }
        let name = Array(path.name)
        let nameInCopies = ConflictCopy.nameInCopies(of: name)
        if nameInCopies != name { longNames[path.parent.appending(nameInCopies)] = path }
      }
      var found: [KeptConflict] = []
      for (copy, path) in copies {
        let originalPath = longNames[path] ?? path
        let original = try replica.entry(at: originalPath)?.entry
        found.append(
          KeptConflict(
            copy: copy, originalPath: originalPath,
            original: original.flatMap { $0.attributes.isLive ? $0 : nil }))
      }
      return found
    } catch {
      throw SessionError(error)
    }
  }
}

extension LocalReplica {
  /// What a path holds when a user of this replica, who has seen `other`, gives it these
  /// attributes.
  fileprivate func edited(
    _ path: Path, to attributes: Attributes, seeing other: Entry
  ) throws -> Entry {
    let former = try entry(at: path)?.entry.vector ?? VersionVector()
    return Entry(
      path: path, attributes: attributes,
      vector: former.joined(with: other.vector).raised(by: index.replica, in: index.epoch))
  }
}
