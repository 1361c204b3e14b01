internal import Replica
internal import Wire

extension ServeRun {
  /// Tells the initiator which versions the entries carry.
  func tellVersions() throws {
    try replica.tellVersions { [connection] in try connection.send($0) }
  }

  /// Takes over versions for entries that the initiator holds alike.
  func takeVersions(_ frame: Frame) throws {
    guard !open.flags.contains(.dryRun), destination == nil, !isFinished else {
      throw Malformed.order
    }
    try hearInitiator()
    let told = try VersionRuns(payload: frame.payload)
    var current = agreement ?? VersionAgreement(of: replica)
    agreement = nil
    try current.take(told)
    if told.isLast { try replica.renewView() } else { agreement = current }
  }
}
