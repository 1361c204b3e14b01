internal import Glibc
internal import Session

/// The place on standard error where progress is shown: one line that is written over on a terminal,
/// at most ten times a second, or else plain lines, at most one a second.
struct ProgressDisplay {
  private enum Mode { case off, live, plain }

  private let mode: Mode
  private var shownWidth = 0
  private var phase: Progress.Phase?
  private var latest: Progress?
  private var due = ContinuousClock.now
  private var transferStart: (time: ContinuousClock.Instant, byteCount: Int64)?

  /// Creates a display that shows something if `isWanted`, or if people look at both outputs.
  init(isWanted: Bool, isQuiet: Bool, outputIsTerminal: Bool) {
    let isTerminal = StandardStreams.isTerminal(STDERR_FILENO)
    let isSilent = isQuiet || !(isWanted || (isTerminal && outputIsTerminal))
    mode = isSilent ? .off : isTerminal ? .live : .plain
  }

  /// Shows `progress` unless something was shown just now; figures never go back within a phase.
  mutating func show(_ progress: Progress) {
    guard mode != .off else { return }
    var progress = progress
    if let latest, latest.phase == progress.phase {
      progress.itemCount = max(progress.itemCount, latest.itemCount)
      progress.byteCount = max(progress.byteCount, latest.byteCount)
    }
    latest = progress
    let now = ContinuousClock.now
    if progress.phase == .transferring, transferStart == nil {
      transferStart = (now, progress.byteCount)
    }
    guard now >= due || (mode == .live && progress.phase != phase) else { return }
    phase = progress.phase
    due = now + (mode == .live ? .milliseconds(100) : .seconds(1))
    write(progress, now)
  }

  /// Takes the line away, so that others can be printed.
  mutating func clear() {
    guard shownWidth > 0 else { return }
    StandardError.write("\r" + String(repeating: " ", count: shownWidth) + "\r")
    shownWidth = 0
    due = .now
  }

  private mutating func write(_ progress: Progress, _ now: ContinuousClock.Instant) {
    let start = transferStart ?? (now, 0)
    let line = ProgressLine(
      progress: progress, seconds: (now - start.time) / .seconds(1),
      firstByteCount: start.byteCount)
    guard mode == .live else { return StandardError.write(line.text(width: .max) + "\n") }
    let text = line.text(width: StandardStreams.columnCount(of: STDERR_FILENO) - 1)
    StandardError.write("\r" + text.padded(to: shownWidth))
    shownWidth = text.utf8.count
  }
}
