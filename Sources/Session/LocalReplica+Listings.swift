internal import FileSystem
internal import Index
internal import Replica

/// The stamps of directories, which say that everything in a directory was remembered when it had that
/// status: from the end of a scan on that came to its end, until the machine is started again. What
/// is done to a disk while the system is down, by a repair after a crash above all, need leave no
/// trace in a directory.
extension LocalReplica {
  private static let field = "listed"

  /// Has the stamps of directories say nothing, in case the scan that begins does not come to its
  /// end; returns whether they told of something.
  func suspendListings() throws(IndexError) -> Bool {
    let boot = bootID()
    let former = try index.value(of: Self.field)
    try index.set(Self.field, to: [])
    return !boot.isEmpty && former == boot
  }

  /// Has the stamps of directories count, but for those of the doubtful, at the end of a scan.
  func keepListings(doubting doubtful: Set<Path>?) throws {
    guard let doubtful else { return }
    cached = nil
    var changes: [Recorded] = []
    for path in doubtful.sorted() {
      guard let (entry, stamp) = try entry(at: path), stamp != .none,
        entry.attributes.kind == .directory
      else { continue }
      changes.append(Recorded(entry: entry, stamp: .none))
    }
    if !changes.isEmpty { try index.update(changes) }
    cached = nil
    try index.set(Self.field, to: bootID())
  }
}
