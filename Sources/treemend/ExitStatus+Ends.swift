internal import FileSystem
internal import Glibc
internal import Session

extension ExitStatus {
  /// The status of a run that came to its end; of a comparison, whether both are equal, too.
  init(_ summary: Summary, isComparison: Bool) {
    let status = ExitStatus(rawValue: summary.exitCode) ?? .partial
    self = status == .done && isComparison && !summary.isEqual ? .different : status
  }

  /// The status that the far end claims, if there is such a one and it is no success.
  init(ofFarEnd code: UInt8) {
    let status = ExitStatus(rawValue: code)
    self = status == .done ? .brokenStream : status ?? .brokenStream
  }

  /// The status of a system call that failed.
  init(_ error: SystemError) {
    self =
      switch error.code {
      case ENOMEM: .memory
      default: .inputOutput
      }
  }
}
