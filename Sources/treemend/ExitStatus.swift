/// How the program ends: rsync's numbers where the meaning is the same.
enum ExitStatus: UInt8, CaseIterable {
  case done = 0
  case usage = 1
  case wrongProtocol = 2
  case badRoot = 3
  case unsupported = 4
  case farEndNotStarted = 5
  case inputOutput = 11
  case brokenStream = 12
  case interrupted = 20
  case memory = 22
  case partial = 23
  case deletionLimit = 25
  case timeout = 30
  case conflicts = 40
  case busy = 41
  case safety = 42
  case different = 43
  case corrupt = 44

  /// What the number says, for `--help`.
  var meaning: String {
    switch self {
    case .done: "done"
    case .usage: "usage: the command line makes no sense"
    case .wrongProtocol: "the far end is another version, or something else"
    case .badRoot: "bad source or destination"
    case .unsupported: "an option that is not supported"
    case .farEndNotStarted: "the far end could not be started"
    case .inputOutput: "input or output failed, or there is no space left"
    case .brokenStream: "the connection broke, or the far end broke the protocol"
    case .interrupted: "stopped by a signal"
    case .memory: "out of memory"
    case .partial: "some items failed"
    case .deletionLimit: "more deletions than the limit allows"
    case .timeout: "the other end was silent for too long"
    case .conflicts: "conflicts remain"
    case .busy: "another run holds the replica"
    case .safety: "a guard stopped the run before it did harm"
    case .different: "the replicas differ (diff)"
    case .corrupt: "corruption was found"
    }
  }
}
