internal import Apply
internal import FileSystem
internal import Reconcile
internal import Replica

/// Directories in which their owner could not change things have another mode while the run does.
extension Destination {
  /// The mode that a new directory has until the end of the run.
  func modeForNow(_ step: Step) -> UInt16 {
    isDeferred(step) ? step.result.attributes.workableMode : step.result.attributes.mode
  }

  /// Sets the mode of a directory, or notes it; returns the stamp to record now.
  func setMode(_ step: Step) throws(Refusal) -> Stamp? {
    guard isDeferred(step) else { return try change(step, to: step.result.attributes) }
    // One that has been made workable stays so, by the mode that a killed run would be mended from.
    if workable[step.path] != nil {
      workable[step.path] = step.result
      _ = try change(step, to: .directory(mode: step.result.attributes.workableMode))
    }
    return deferMode(step)
  }

  private func change(_ step: Step, to attributes: Attributes) throws(Refusal) -> Stamp? {
    guard let before = step.before else { return nil }
    _ = try applier.setMetadata(of: step.path, to: attributes, before.attributes, .none)
    return Stamp.none
  }

  /// Whether a directory is one that gets its mode at the end of the run.
  func isDeferred(_ step: Step) -> Bool {
    step.result.attributes.isUnworkable && !isFinishing
  }

  /// Has a directory get its mode at the end of the run, and be recorded then.
  func deferMode(_ step: Step) -> Stamp? {
    let made = Entry(
      path: step.path, attributes: .directory(mode: step.result.attributes.workableMode),
      vector: step.result.vector)
    deferredModes.append(Step(.metadata, before: made, stamp: .none, result: step.result))
    return nil
  }

  /// The directories in which steps are to change names though their owner may not, as they are to be when
  /// that is done.
  func unworkableParents(of steps: [Step]) throws -> [Path: Entry] {
    var looked: Set<Path> = [.root]
    var found: [Path: Entry] = [:]
    for path in steps.lazy.flatMap(\.changedDirectories) where looked.insert(path).inserted {
      // PERF: the system call says of almost all that there is nothing to look up.
      guard let directory = try? replica.root.openDirectory(path),
        (try? directory.requireWriting()) == nil, let status = try? directory.status(),
        let entry = try replica.entry(at: path)?.entry, entry.attributes.isUnworkable,
        status.mode & Attributes.modeMask == entry.attributes.mode
      else { continue }
      found[path] = entry
    }
    guard !found.isEmpty else { return [:] }
    // What they become in this very batch is what they are to be.
    for step in steps where step.result.attributes.kind == .directory {
      if found[step.path] != nil { found[step.path] = step.result }
    }
    return found
  }

  /// Gives directories, which the index expects to be as these entries say, modes in which things in them
  /// can be changed.
  func makeWorkable(_ entries: [Path: Entry]) {
    for (path, entry) in entries {
      // Where that cannot be, what is to be changed there is refused.
      guard let directory = try? replica.root.openDirectory(path),
        (try? directory.setMode(entry.attributes.workableMode)) != nil
      else { continue }
      workable[path] = entry
    }
  }

  /// The steps that give directories their modes, the inner ones first.
  func takeModeSteps() throws -> [Step] {
    defer {
      deferredModes = []
      workable = [:]
    }
    var steps = deferredModes
    let deferred = Set(steps.map(\.path))
    for path in workable.keys where !deferred.contains(path) {
      // It may have gone meanwhile, or have got another mode.
      guard let entry = try replica.entry(at: path)?.entry, entry.attributes.isUnworkable else {
        continue
      }
      steps.append(Step(.metadata, before: entry, stamp: .none, result: entry))
    }
    return steps.sorted { $1.path < $0.path }
  }
}
