internal import Apply
internal import FileSystem
internal import Index
internal import Reconcile
internal import Replica

/// Directories in which their owner could not change things have another mode while the run does.
extension Destination {
  /// The mode that a new directory has until the end of the run.
  func modeForNow(_ step: Step) -> UInt16 {
    let attributes = step.result.attributes
    return attributes.isUnworkable
      ? TemporaryMode(step.path, later: attributes.mode).now : attributes.mode
  }

  /// Notes the modes that directories are to have until the end of the run: those in which steps change
  /// names though their owner may not, which are returned, and those that steps make.
  func planModes(for steps: [Step]) throws -> (opened: [TemporaryMode], all: [TemporaryMode]) {
    let opened = try unworkableParents(of: steps)
    for mode in opened { modes[mode.path] = mode }
    formerModes = modes
    var all = opened
    for step in steps where step.makesUnworkable {
      let mode = TemporaryMode(
        step.path, later: step.result.attributes.mode | keptBits(of: step))
      modes[step.path] = mode
      all.append(mode)
    }
    return (opened, all)
  }

  /// The directories in which steps are to change names though their owner may not.
  private func unworkableParents(of steps: [Step]) throws -> [TemporaryMode] {
    var looked: Set<Path> = [.root]
    var found: [TemporaryMode] = []
    for path in steps.lazy.flatMap(\.changedDirectories) where looked.insert(path).inserted {
      // PERF: the system call says of almost all that there is nothing to look up.
      guard let directory = try? replica.root.openDirectory(path),
        (try? directory.requireWriting()) == nil, let status = try? directory.status(),
        let attributes = try replica.entry(at: path)?.entry.attributes, attributes.isUnworkable,
        status.mode & Attributes.modeMask == attributes.mode,
        // Without the right to it, the bit would be lost with the first change of the mode.
        status.mode & 0o2000 == 0 || directory.isOfOwnGroup
      else { continue }
      found.append(TemporaryMode(path, later: status.mode))
    }
    return found
  }

  /// What of the mode of a directory that is there is no matter of entries.
  private func keptBits(of step: Step) -> UInt16 {
    guard step.decision == .metadata else { return 0 }
    let mode = modes[step.path]?.later ?? (try? replica.root.openDirectory(step.path).status().mode)
    return (mode ?? 0) & ~Attributes.modeMask
  }

  /// Gives directories modes in which things in them can be changed.
  func open(_ directories: [TemporaryMode]) {
    for mode in directories {
      // Where that cannot be, what is to be changed there is refused.
      try? replica.root.openDirectory(mode.path).setMode(mode.now)
    }
  }

  /// Sets the mode of a directory, for now if it is one in which nothing could be changed.
  func setMode(_ step: Step) throws(Refusal) -> Stamp? {
    guard let before = step.before else { return nil }
    let mode = step.makesUnworkable ? modes[step.path]?.now : nil
    try applier.setMode(
      of: step.path, to: mode ?? step.result.attributes.mode,
      from: formerModes[step.path]?.now ?? before.attributes.mode)
    return Stamp.none
  }

  /// Keeps up with what a step has come to; returns whether that changes what is noted of its path.
  func settleMode(of step: Step, isMade: Bool) -> Bool {
    guard step.decision != .record, !modes.isEmpty || !formerModes.isEmpty,
      !(isMade && step.makesUnworkable)
    else { return false }
    let mode = isMade ? nil : formerModes[step.path]
    defer { modes[step.path] = mode }
    return modes[step.path] != mode
  }

  /// Gives directories their own modes again.
  func endModes() throws {
    guard !modes.isEmpty else { return }
    modes = [:]
    formerModes = [:]
    let ended = Result { try replica.endTemporaryModes() }
    try replica.commit()
    try ended.get()
  }
}
