internal import Replica

extension Problem {
  /// What is wrong, for people.
  var message: String {
    systemCode == 0 ? code.meaning : "\(code.meaning): \(SystemMessage.text(systemCode))"
  }

  /// The path as it is shown; the root's has no name of its own.
  var shownPath: [UInt8] { path == .root ? [UInt8(ascii: ".")] : path.slashed }

  /// The line for standard error.
  var line: String {
    "treemend: \(Escape.text(shownPath)): \(message)\n"
  }
}

extension Problem.Code {
  /// The name for programs.
  var name: String {
    switch self {
    case .unreadable: "unreadable"
    case .vanished: "vanished"
    case .special: "special"
    case .changed: "changed"
    case .mounted: "mounted"
    case .precondition: "precondition"
    case .inTheWay: "in_the_way"
    case .failed: "failed"
    case .mismatch: "mismatch"
    case .noSpace: "no_space"
    case .notEmpty: "not_empty"
    case .damagedIndex: "damaged_index"
    case .outdated: "outdated"
    }
  }

  fileprivate var meaning: String {
    switch self {
    case .unreadable: "could not be read"
    case .vanished: "vanished while the run went on"
    case .special: "is a device, socket or FIFO, and was skipped"
    case .changed: "changed while the run was reading it, and was left to the next run"
    case .mounted: "is a mount point, and was left alone"
    case .precondition: "changed at the destination during the run, and was left alone"
    case .inTheWay: "cannot come: something that stays is in its way"
    case .failed: "could not be changed"
    case .mismatch: "did not arrive as announced, and was not installed"
    case .noSpace: "did not fit: no space left at the destination"
    case .notEmpty: "stays: it holds something that is left out or new"
    case .damagedIndex:
      "has a damaged index ('index.corrupt' in its state): the run begins without its history"
    case .outdated:
      "was away for longer than deletions are remembered: what it has is taken for new"
    }
  }
}
