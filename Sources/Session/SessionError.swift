package import FileSystem
package import Index
package import Replica
internal import Scan
internal import Transport

/// Why a run stopped before its end.
package enum SessionError: Error {
  /// A root is missing, no directory, or may not be used; `path` is as the user gave it.
  case root(path: [UInt8], SystemError)
  /// What stands for a file of the index in a root is no file, as if somebody had prepared it; `path`
  /// is the root's, as the user gave it.
  case unsafeState(path: [UInt8], name: String)
  /// No state can be kept for the root at `path`, as the user gave it.
  case state(path: [UInt8], SystemError, ForeignPart? = nil)
  /// The state of a replica, without which its history would be forgotten, may not be written.
  case lockedState(path: [UInt8], SystemError, ForeignPart? = nil)
  /// A root lies within the other root of the run, or is `/` or the home directory.
  case unsafeRoot(path: [UInt8], reason: UnsafeRoot)
  /// The directory in which the state is to be kept lies in a root, and would travel with it.
  case stateInRoot(state: [UInt8], root: [UInt8])
  /// Another run holds the replica.
  case busy(path: [UInt8])
  /// A guard refuses to go on; with `--force` it would, and in a dry run.
  case safety(SafetyStop)
  /// A root that was empty when the run began has something in it by now.
  case changedMeanwhile(path: [UInt8])
  /// More deletions than the limit allows.
  case deletionLimit(planned: Int, limit: Int)
  /// The far end's command could not be started, or ended before it said anything.
  case farEndNotStarted(FarEndFailure)
  /// The far end spoke, but no version of the protocol that this end knows.
  case wrongProtocol(sample: [UInt8])
  /// The other end is a version of the program with which this one cannot speak.
  case otherVersion(program: [UInt8])
  /// The far end broke the protocol.
  case brokenProtocol(Malformed)
  /// The connection ended in the middle.
  case connectionLost(FarEndFailure)
  /// The other end has said nothing for so long.
  case silent(seconds: Int)
  /// The other end stopped; its own reason, as lines of text for people.
  case farEnd(exitCode: UInt8, message: [UInt8], isRemote: Bool)
  /// The exit code that a far end gives for ``busy(path:)``.
  package static let busyExitCode: UInt8 = 41
  /// A system call failed and no path is to blame.
  case inputOutput(SystemError)
  /// The stored index could not be used.
  case index(IndexError)
  /// What is to be settled is no conflict copy.
  case noConflictCopy(path: Path)
  /// The user asked to stop.
  case interrupted
  /// The destination ran out of space.
  case noSpace(SystemError)

  /// Why a directory may not be a root.
  package enum UnsafeRoot: Sendable {
    /// It is the file system's root.
    case fileSystemRoot
    /// It is the user's home directory.
    case home
    /// It holds, or lies in, the other root of the run.
    case nested
  }

  /// What a guard noticed.
  package enum SafetyStop: Sendable {
    /// The root had entries, or such as the rules of the run show, and has none now.
    case emptied(path: [UInt8], formerCount: Int, isFiltered: Bool)
    /// The source is empty and the destination is not.
    case emptySource
    /// The state belongs to another directory or file system.
    case foreignState(path: [UInt8])
    /// The first run that may delete would delete what the destination alone has had a part in.
    case firstDeletion
    /// A replica without any history is where another was met before; `name` is the user's.
    case changedIdentity(name: [UInt8])
  }

  /// What of a state belongs to another user.
  package struct ForeignPart: Sendable {
    /// Its name in the state directory; nil for that itself.
    package let name: [UInt8]?
    /// The user's number.
    package let user: UInt32

    /// Creates a description.
    package init(name: [UInt8]?, user: UInt32) {
      self.name = name
      self.user = user
    }
  }

  /// How the far end's process ended.
  package struct FarEndFailure: Sendable {
    /// The command as it was started.
    package let command: [String]
    /// Its exit status, if it exited.
    package let exitStatus: Int32?

    /// Creates a description.
    package init(command: [String], exitStatus: Int32?) {
      self.command = command
      self.exitStatus = exitStatus
    }
  }
}

extension SessionError {
  /// What an error of one of the steps means for the run.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as SessionError: error
      case let error as SystemError: error.isLackOfSpace ? .noSpace(error) : .inputOutput(error)
      case let error as IndexError: error.isLackOfSpace ? .noSpace(.fullDisk) : .index(error)
      case let error as Malformed: .brokenProtocol(error)
      case is MalformedKey: .brokenProtocol(.key)
      case is FilterError: .brokenProtocol(.count)
      case TransportError.malformed(let error): .brokenProtocol(error)
      case TransportError.noMagic(let sample): .wrongProtocol(sample: sample)
      case TransportError.interrupted, is ScanInterrupted: .interrupted
      case TransportError.silent(let seconds): .silent(seconds: seconds)
      case TransportError.system(let code):
        .inputOutput(SystemError(call: "read", code: code))
      case TransportError.closed, TransportError.cut:
        .connectionLost(FarEndFailure(command: [], exitStatus: nil))
      default: preconditionFailure("no step throws \(error)")
      }
  }
}
