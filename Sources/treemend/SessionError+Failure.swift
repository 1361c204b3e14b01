internal import FileSystem
internal import Glibc
internal import Index
internal import Replica
internal import Session

extension Failure {
  /// Turns the reason why a run stopped into text and a number.
  init(_ error: SessionError) {
    self =
      switch error {
      case .root(let path, let cause): Self.root(path, cause)
      case .state(let path, let cause, let part): Self.state(path, cause, part)
      case .lockedState(let path, let cause, let part): Self.lockedState(path, cause, part)
      case .unsafeRoot(let path, let reason): Self.unsafeRoot(path, reason)
      case .stateInRoot(let state, let root): Self.stateInRoot(state, root)
      case .unsafeState(let path, let name): Self.unsafeState(path, name)
      case .busy(let path):
        Failure(
          status: .busy, what: "'\(Escape.text(path))' is in use by another run",
          hint: "--wait=SECONDS waits for it")
      case .safety(let stop): Self.safety(stop)
      case .changedMeanwhile(let path):
        Failure(
          status: .partial,
          what: "'\(Escape.text(path))' was empty when the run began, and is no more",
          hint: "nothing was changed; the same command compares what is there now")
      case .deletionLimit(let planned, let limit):
        Failure(
          status: .deletionLimit,
          what: "the run needs \(Quantity().text(planned, "deletion")), with \(limit) allowed;"
            + " nothing was changed",
          hint: "if that is meant, --max-delete=\(planned) allows them; -nvi shows them")
      case .farEndNotStarted(let end):
        Self.farEnd(
          .farEndNotStarted, "the far end could not be started", end, hint: Self.startHint(end))
      case .wrongProtocol(let sample):
        Failure(
          status: .wrongProtocol, what: "the far end does not speak this protocol",
          causes: Self.said(sample),
          hint: "the remote shell must print nothing by itself, and both versions must match")
      case .otherVersion(let program):
        Failure(
          status: .wrongProtocol,
          what: "the other end is treemend \(Escape.text(program)), which speaks another protocol",
          hint: "this is \(Session.version); both ends need the same, or one that speaks both")
      case .brokenProtocol(let malformed):
        Failure(
          status: .brokenStream, what: "the far end broke the protocol",
          causes: ["malformed data: \(malformed)"])
      case .connectionLost(let end):
        Self.farEnd(
          .brokenStream, "the connection was lost", end, hint: "the same command goes on from here")
      case .silent(let seconds): Self.silent(seconds)
      case .farEnd(let code, let message, let isRemote):
        Failure(status: ExitStatus(ofFarEnd: code), lines: message, isRemote: isRemote)
      case .inputOutput(let cause):
        Failure(status: ExitStatus(cause), what: "a system call failed", causes: [cause.text])
      case .index(let cause): Self.index(cause)
      case .noConflictCopy(let path):
        .usage(
          "'\(Escape.text(path.slashed))' is no conflict copy",
          hint: "treemend conflicts DIR lists them")
      case .interrupted: Failure(status: .interrupted, what: "stopped, as asked")
      case .noSpace(let cause): Self.noSpace(cause)
      }
  }

  private static func root(_ path: [UInt8], _ cause: SystemError) -> Failure {
    let hint: String? =
      switch cause.code {
      case ENOENT:
        "check the path; of a destination that is missing only the last component is made"
      case ENOTDIR: "both ends of a run are directories; a single file cannot be one"
      default: nil
      }
    return Failure(
      status: .badRoot, what: "'\(Escape.text(path))' cannot be used as a replica",
      causes: [cause.text], hint: hint)
  }

  private static func noSpace(_ cause: SystemError) -> Failure {
    Failure(
      status: .inputOutput, what: "the disk is full", causes: [cause.text],
      hint:
        "what was finished is kept; the state, in .treemend or --state-dir, needs some room, too"
    )
  }

  private static func index(_ cause: IndexError) -> Failure {
    Failure(
      status: .inputOutput, what: "the stored index could not be used",
      causes: [Self.text(of: cause)],
      hint: cause == .corrupt
        ? "the next run begins a new one, as without any history; this one becomes 'index.corrupt'"
        : "run it again; where that does not help, look at the disk before '.treemend' is removed, and with "
          + "it what is known of deletions")
  }

  private static func text(of cause: IndexError) -> String {
    switch cause {
    case .corrupt: "it is damaged"
    case .tooManyVersions: "more replicas have changed a path than can be told"
    case .laterVersion(let version): "a later version of the program has written it (\(version))"
    case .database(_, let message): Escape.text(message)
    }
  }

  private static func stateInRoot(_ state: [UInt8], _ root: [UInt8]) -> Failure {
    .usage(
      "the state directory '\(Escape.text(state))' lies in '\(Escape.text(root))', with which it"
        + " would travel",
      hint: "without --state-dir, the state is in .treemend there, which does not")
  }

  private static func state(
    _ path: [UInt8], _ cause: SystemError, _ part: SessionError.ForeignPart?
  ) -> Failure {
    let place = "--state-dir=DIR names another place"
    let hint =
      if part?.name == Stage.name {
        ownHint
      } else if part != nil {
        "\(ownHint); \(place)"
      } else if cause.code == ENOTDIR || cause.code == ELOOP {
        "its '.treemend' is no directory, or that of the state; \(place)"
      } else {
        "it goes to '.treemend' there, or where that cannot be to $XDG_STATE_HOME or"
          + " ~/.local/state; \(place)"
      }
    return Failure(
      status: .badRoot, what: "no state can be kept for '\(Escape.text(path))'",
      causes: [part?.text, cause.text].compactMap(\.self), hint: hint)
  }

  private static func lockedState(
    _ path: [UInt8], _ cause: SystemError, _ part: SessionError.ForeignPart?
  ) -> Failure {
    Failure(
      status: .badRoot, what: "the state of '\(Escape.text(path))' may not be written",
      causes: [part?.text, "in its '.treemend': \(cause.text)"].compactMap(\.self),
      hint: (part == nil ? "" : "\(ownHint); ")
        + "without it, what was deleted would come back; a copy from there can be made")
  }

  private static let ownHint = "chown -R of its '.treemend' gives it to this user"

  private static func unsafeState(_ path: [UInt8], _ name: String) -> Failure {
    Failure(
      status: .badRoot, what: "'\(Escape.text(path))' cannot be used as a replica",
      causes: ["its '.treemend/\(name)' is no regular file"],
      hint: "--state-dir=DIR keeps the state elsewhere")
  }

  private static func unsafeRoot(_ path: [UInt8], _ reason: SessionError.UnsafeRoot) -> Failure {
    let meaning =
      switch reason {
      case .fileSystemRoot: "is the root of the file system"
      case .home: "is the home directory"
      case .nested: "holds the other end of the run, or lies in it"
      }
    return Failure(
      status: .safety, what: "'\(Escape.text(path))' \(meaning)",
      hint: "if that is meant, --force goes on")
  }

  private static func safety(_ stop: SessionError.SafetyStop) -> Failure {
    let what =
      switch stop {
      case .emptied(let path, let count, let isFiltered):
        "'\(Escape.text(path))' had \(count) \(count == 1 ? "entry" : "entries")"
          + (isFiltered ? " that the rules show, and has none now" : ", and is empty now")
          + ": is its disk mounted?"
      case .emptySource: "the source is empty and the destination is not: is its disk mounted?"
      case .foreignState(let path):
        "the state of '\(Escape.text(path))' belongs to another directory or file system"
      case .firstDeletion:
        "the first run with --delete would delete files that no run has put there"
      case .changedIdentity(let name):
        "another replica was met at '\(Escape.text(name))' before: is its disk mounted?"
      }
    return Failure(
      status: .safety, what: what,
      hint: "if that is meant, a copy or sync with --force goes on; one with -n shows what follows")
  }

  private static func farEnd(
    _ status: ExitStatus, _ what: String, _ end: SessionError.FarEndFailure, hint: String
  ) -> Failure {
    let command = "'\(end.command.map(Escape.text).joined(separator: " "))'"
    let ended = end.exitStatus.map { "\(command) exited with \($0)" } ?? "\(command) was started"
    return Failure(
      status: status, what: what, causes: end.command.isEmpty ? [] : [ended], hint: hint)
  }

  /// What to do about a far end that said nothing, by what a shell or ssh exits with.
  private static func startHint(_ end: SessionError.FarEndFailure) -> String {
    switch end.exitStatus {
    case 126, 127:
      "treemend must be installed there, in the PATH of a command or at --remote-path; and ssh here"
    case 255: "ssh could not connect or log in, as it says above; ssh HOST true shows the same"
    default: "does ssh HOST treemend -V print a version, and nothing else?"
    }
  }

  private static func silent(_ seconds: Int) -> Failure {
    Failure(
      status: .timeout,
      what: "the other end has said nothing for \(Quantity().text(seconds, "second"))",
      hint: "is the host up? a run goes on from where it ended, when it is started again")
  }

  /// The first bytes of what came instead of a greeting.
  private static func said(_ sample: [UInt8]) -> [String] {
    let shown = Escape.text(sample.prefix(200))
    return sample.isEmpty ? [] : ["it said: \(shown)\(sample.count > 200 ? "…" : "")"]
  }
}

extension SystemError {
  /// The call and what the system said, safe to print.
  fileprivate var text: String { Escape.text("\(description)") }
}

extension SessionError.ForeignPart {
  /// What belongs to whom.
  fileprivate var text: String {
    let path = name.map { "'.treemend/\(Escape.text($0))'" } ?? "'.treemend'"
    return "its \(path) belongs to \(user == 0 ? "root" : "user \(user)")"
  }
}
