internal import Replica
internal import Session

/// Prints what a run tells, and turns its end into an exit status.
struct Reporter {
  /// What the run is for.
  enum Kind { case copy, dryRun, diff, look }

  /// What a command that only looks may tell.
  enum Note {
    case event(Event)
    case line(String)
  }

  private let kind: Kind
  private let style: OutputStyle
  private var output = Output()
  private var display: ProgressDisplay
  private var failureCount = 0
  private var progressDue = ContinuousClock.now

  init(kind: Kind, style: OutputStyle) {
    self.kind = kind
    self.style = style
    display = ProgressDisplay(
      isWanted: style.showsProgress && !style.isJSON, isQuiet: style.isQuiet || style.isJSON,
      outputIsTerminal: output.isTerminal)
  }

  /// Prints a run between two replicas from its first event to its summary.
  mutating func follow(
    _ source: Location, _ destination: Location,
    _ run: (_ report: (Event) -> Void) throws(SessionError) -> Summary
  ) throws(Failure) -> ExitStatus {
    if style.isJSON {
      let command = kind == .diff ? "diff" : style.isTwoWay ? "sync" : "copy"
      write(JSONLine.start(command: command, source: source, destination: destination).text)
      output.flush()
    }
    let summary: Summary
    do throws(SessionError) {
      summary = try run { show($0) }
    } catch {
      return try stop(Failure(error))
    }
    let refusal = summary.refusal.map { Failure($0) }
    let status = refusal?.status ?? ExitStatus(summary, isComparison: kind == .diff)
    display.clear()
    if style.isJSON {
      write(JSONLine.summary(summary, status).text)
    } else {
      let lines = SummaryLines(
        summary: summary, kind: kind, isTwoWay: style.isTwoWay, quantity: quantity)
      if !style.isQuiet { write(lines) }
    }
    try output.close()
    if let refusal, !output.isClosed { throw refusal }
    return output.isClosed ? .interrupted : status
  }

  /// Prints what a command tells that looks at one replica.
  mutating func look(
    _ run: (_ report: (Note) -> Void) throws(SessionError) -> Void
  ) throws(Failure) -> ExitStatus {
    do throws(SessionError) {
      try run { note in
        switch note {
        case .event(let event): show(event)
        case .line(let line): write(line)
        }
      }
    } catch {
      return try stop(Failure(error))
    }
    display.clear()
    try output.close()
    return output.isClosed ? .interrupted : failureCount > 0 ? .partial : .done
  }

  private mutating func stop(_ failure: Failure) throws(Failure) -> ExitStatus {
    display.clear()
    if style.isJSON, kind != .look { write(JSONLine.summary(failure).text) }
    output.flush()
    // The reader has gone away and the run was asked to end: nobody is there to be told.
    if output.isClosed, failure.status == .interrupted { return .interrupted }
    throw failure
  }

  private mutating func show(_ event: Event) {
    switch event {
    case .item(let item): show(item)
    case .problem(let problem): show(problem)
    case .progress(let progress):
      if style.isJSON, style.showsProgress, isProgressDue() {
        write(JSONLine.progress(progress).text)
      }
      display.show(progress)
    case .conflict(let conflict): show(conflict)
    case .clockSkew(let seconds):
      if style.isJSON { return write(JSONLine.clockSkew(seconds).text) }
      if style.isQuiet { return }
      display.clear()
      StandardError.write(ConflictLine.clockSkew(seconds))
    }
    output.flushIfDue()
  }

  private mutating func show(_ problem: Problem) {
    if problem.isFailure { failureCount += 1 }
    if style.isJSON, kind != .look { return write(JSONLine.problem(problem).text) }
    if style.isQuiet, !problem.isFailure { return }
    display.clear()
    StandardError.write(problem.line)
  }

  private mutating func show(_ conflict: Conflict) {
    if style.isJSON { return write(JSONLine.conflict(conflict).text) }
    if style.isQuiet, conflict.winner != nil { return }
    display.clear()
    StandardError.write(ConflictLine(conflict: conflict).text)
  }

  private mutating func show(_ item: Item) {
    if style.isJSON { return write(JSONLine.item(item).text) }
    if style.isQuiet { return }
    let line = ItemLine(item: item, isTwoWay: style.isTwoWay)
    if style.itemizes {
      write(line.itemized(isPush: style.isPush, comparesContent: style.comparesContent))
    } else if kind == .diff {
      write(line.compared)
    } else if style.listsNames {
      write(line.verbose)
    }
  }

  private mutating func write(_ lines: SummaryLines) {
    if let left = lines.left { StandardError.write(left) }
    if style.showsStatistics {
      write(lines.statistics)
    } else if output.isTerminal {
      write(lines.closing)
    }
  }

  private mutating func write(_ text: String) {
    if output.isTerminal { display.clear() }
    output.write(text)
  }

  /// Whether a second has gone by since the last progress for programs.
  private mutating func isProgressDue() -> Bool {
    guard ContinuousClock.now >= progressDue else { return false }
    progressDue = .now + .seconds(1)
    return true
  }

  private var quantity: Quantity { Quantity(isHumanReadable: style.isHumanReadable) }
}
