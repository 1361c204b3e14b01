internal import Replica
internal import Wire

/// Changes on their way into this end's replica, in order; content is asked for some way ahead of
/// where it is needed.
final class Fetch {
  /// How many contents, and bytes of them, are asked for in one frame.
  private static let wantCount = 256
  private static let wantByteCount: Int64 = 1 << 20
  /// How many such frames may be unanswered.
  private static let windowCount = 4

  private let peer: Peer
  private let destination: Destination
  private unowned let run: InitiatorRun
  private var queue: [(change: Change, origin: Path?)] = []
  private var wanted: [Path] = []
  private var wantedByteCount: Int64 = 0
  /// For each unanswered frame, how many contents are still to come.
  private var unanswered: [Int] = []
  private var incoming: ChangesReader?
  private var uncopied: [Change] = []
  /// How many bytes of content have come.
  private(set) var literalByteCount: Int64 = 0

  init(_ peer: Peer, _ destination: Destination, run: InitiatorRun) {
    self.peer = peer
    self.destination = destination
    self.run = run
  }

  /// Adds a change behind the others, whose content the other end has at `origin`; nil if it needs
  /// none.
  func add(_ change: Change, from origin: Path?) throws {
    try Interruption.check()
    queue.append((change, origin))
    if let origin {
      wanted.append(origin)
      wantedByteCount += change.entry.attributes.size
      if wanted.count == Self.wantCount || wantedByteCount >= Self.wantByteCount { try ask() }
    }
    if queue.count >= 4 * Self.wantCount { try ask() }
    while unanswered.count >= Self.windowCount || (unanswered.isEmpty && wanted.isEmpty) {
      guard try makeNext() else { break }
    }
  }

  /// Makes all changes that are left.
  func finish() throws {
    try ask()
    while try makeNext() {}
    let again = uncopied
    uncopied = []
    for change in again {
      let asked = Change(
        entry: change.entry, provision: .nothing, conflictCopy: change.conflictCopy)
      try add(asked, from: change.entry.path)
    }
    try ask()
    while try makeNext() {}
  }

  private func ask() throws {
    guard !wanted.isEmpty else { return }
    for frame in PathList.frames(.want, wanted) { try peer.send(frame) }
    unanswered.append(wanted.count)
    wanted = []
    wantedByteCount = 0
  }

  /// Makes the first change of the queue; false if there is none.
  private func makeNext() throws -> Bool {
    guard let (change, origin) = queue.first else { return false }
    queue.removeFirst()
    if let origin {
      try make(change, with: try nextAnswer(for: origin))
    } else if try !destination.accept(change) {
      uncopied.append(change)
    }
    run.advance(items: 1, bytes: change.entry.attributes.size)
    run.takeOutcomes(of: destination)
    return true
  }

  private func make(_ change: Change, with answer: Change) throws {
    if change.provision == .deletion {
      // The source was asked whether it really has nothing there.
      guard case .unavailable(.vanished, _) = answer.provision else {
        return run.fail(Problem(path: change.entry.path, code: .precondition))
      }
      _ = try destination.accept(change)
      return
    }
    if case .inline(let content) = answer.provision { literalByteCount += Int64(content.count) }
    var entry = change.entry
    if !entry.attributes.isHashed, answer.entry.attributes.kind == .file {
      // The source has hashed it on the way, and knows only now what it is.
      entry.attributes = answer.entry.attributes
    }
    _ = try destination.accept(
      Change(
        entry: entry, provision: answer.provision, parentModified: answer.parentModified,
        conflictCopy: change.conflictCopy))
    while destination.isStreaming {
      let frame = try peer.receive()
      switch frame.kind {
      case .content:
        literalByteCount += Int64(frame.payload.count)
        try destination.accept(piece: frame.payload)
      case .digest: try destination.accept(digest: frame.digest())
      default: throw Malformed.kind
      }
      try Interruption.check()
    }
  }

  private func nextAnswer(for path: Path) throws -> Change {
    if unanswered.isEmpty { try ask() }
    while true {
      if let answer = try incoming?.next() {
        guard answer.entry.path == path, !unanswered.isEmpty else { throw Malformed.order }
        unanswered[0] -= 1
        if unanswered[0] == 0 { unanswered.removeFirst() }
        return answer
      }
      let frame = try peer.receive()
      guard frame.kind == .changes else { throw Malformed.kind }
      incoming = ChangesReader(payload: frame.payload)
    }
  }
}
