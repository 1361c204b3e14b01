internal import DequeModule
internal import FileSystem
internal import Hashing
internal import Reconcile
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

  /// A change, and what is asked of the other end for it.
  private struct Waiting {
    let change: Change
    /// The path that is asked for, if any.
    let origin: Path?
    /// Whether nothing is there, and only the time of the directory around it is wanted.
    let wantsTime: Bool
  }

  private let peer: Peer
  private let destination: Destination
  private unowned let run: InitiatorRun
  private var queue: Deque<Waiting> = []
  private var wanted: [Path] = []
  private var wantedByteCount: Int64 = 0
  /// For each unanswered frame, how many contents are still to come.
  private var unanswered: [Int] = []
  private var incoming: ChangesReader?
  private var uncopied: Set<Path> = []
  /// Changes by large files that are to be put together, and where the other end has them.
  private var offered = OfferBatch<(change: Change, origin: Path)>()
  /// The directories whose time has been asked for.
  private var timed: Set<Path> = []
  /// The digest that came behind the last content of which it was not known before.
  private var lastDigest: Digest?
  /// How many bytes of content have come.
  private(set) var literalByteCount: Int64 = 0

  init(_ peer: Peer, _ destination: Destination, run: InitiatorRun) {
    self.peer = peer
    self.destination = destination
    self.run = run
  }

  /// Adds a change behind the others, whose content the other end has at `origin`; nil if it needs
  /// none. One that `renames`, adds or removes a name gives its directory the time that it has there.
  func add(_ change: Change, from origin: Path?, renames: Bool) throws {
    try Interruption.check()
    // What is to be deleted may have what a file on offer is made of.
    if change.provision == .deletion, !offered.items.isEmpty { try catchUp() }
    let parent = change.entry.path.parent
    // Nothing has this name there.
    let unnamed = parent.appending(StateDirectory.name)
    let wantsTime =
      renames && origin == nil && unnamed.key.count <= Path.maximumKeyByteCount
      && timed.insert(parent).inserted
    let origin = wantsTime ? unnamed : origin
    queue.append(Waiting(change: change, origin: origin, wantsTime: wantsTime))
    if let origin {
      wanted.append(origin)
      wantedByteCount = wantedByteCount.saturatingSum(with: change.entry.attributes.size)
      if wanted.count == Self.wantCount || wantedByteCount >= Self.wantByteCount { try ask() }
    }
    if queue.count >= 4 * Self.wantCount { try ask() }
    while unanswered.count >= Self.windowCount || (unanswered.isEmpty && wanted.isEmpty) {
      guard try makeNext() else { break }
    }
  }

  /// Makes all changes that have been added.
  func catchUp() throws {
    try ask()
    while try makeNext() {}
    try fetchOffered()
  }

  /// The paths, since the last time this was asked, whose content was to be had here and was not.
  func takeUncopied() -> Set<Path> {
    defer { uncopied = [] }
    return uncopied
  }

  /// Adds a change by a large file, of which this end is likely to have something.
  func add(offered change: Change, from origin: Path) throws {
    // A path is put on offer once at a time.
    if offered.items.contains(where: { $0.origin == origin }) { try catchUp() }
    offered.append((change, origin), of: change.entry, at: origin)
    if offered.isFull { try catchUp() }
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
    guard let next = queue.popFirst() else { return false }
    let change = next.change
    let answer = try next.origin.map(nextAnswer)
    if let answer, !next.wantsTime {
      try make(change, with: answer)
    } else {
      try destination.accept(change.with(parentModified: answer?.parentModified))
      uncopied.formUnion(destination.takeUnmatched())
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
      return try destination.accept(change.with(parentModified: answer.parentModified))
    }
    switch answer.provision {
    case .inline(let content): literalByteCount += Int64(content.count)
    case .stream, .unavailable: break
    // What this end has is not the other end's to give, or to take away.
    case .nothing, .copy, .move, .rebuild, .parts, .deletion: throw Malformed.kind
    }
    var entry = change.entry
    if !entry.attributes.isHashed, answer.entry.attributes.kind == .file {
      // The source has hashed it on the way, and knows only now what it is.
      entry.attributes = answer.entry.attributes
    }
    try destination.accept(
      Change(
        entry: entry, provision: answer.provision, parentModified: answer.parentModified,
        conflictCopy: change.conflictCopy))
    try receiveContent {}
  }

  /// Has the destination take all of the content that it expects; `taken` is called when it has taken
  /// some.
  private func receiveContent(_ taken: () -> Void) throws {
    while destination.isReceiving {
      let frame = try peer.receive()
      if frame.kind == .digest { lastDigest = try frame.digest() }
      if frame.kind == .content { literalByteCount += Int64(frame.payload.count) }
      for answer in try destination.accept(frame) { try peer.send(answer) }
      taken()
      if destination.isReceiving { run.reach(destination.writtenByteCount) }
      try Interruption.check()
    }
  }

  private func nextAnswer(for path: Path) throws -> Change {
    if unanswered.isEmpty { try ask() }
    let answer = try nextChange(at: path)
    guard !unanswered.isEmpty else { throw Malformed.order }
    unanswered[0] -= 1
    if unanswered[0] == 0 { unanswered.removeFirst() }
    return answer
  }

  /// The next change that the other end sends, which must be one at `path`.
  private func nextChange(at path: Path) throws -> Change {
    while true {
      if let change = try incoming?.next() {
        guard change.entry.path == path else { throw Malformed.order }
        return change
      }
      let frame = try peer.receive()
      guard frame.kind == .changes else { throw Malformed.kind }
      incoming = ChangesReader(payload: frame.payload)
    }
  }
}

extension Fetch {
  /// Has the other end hash a large file now, and makes the change if it sends the file in parts; returns
  /// nil then. Otherwise returns the change as it is to be made: of a file that has been hashed, if it could.
  /// What it has turned out to be `learn` is told.
  func takeParts(of planned: Action, learn: (Attributes) throws -> Void) throws -> Action? {
    try catchUp()
    let before = planned.before?.attributes
    let former = before?.kind == .file ? before : nil
    try peer.send(
      PartsRequest(
        path: planned.origin, digest: former?.digest ?? .zero, byteCount: former?.size ?? 0
      ).frame)
    let answer = try nextChange(at: planned.origin)
    let attributes = answer.entry.attributes
    switch answer.provision {
    case .unavailable: return planned
    case .nothing:
      guard attributes.kind == .file, attributes.isHashed else { throw Malformed.kind }
      try learn(attributes)
      return planned.found(attributes)
    case .parts:
      guard attributes.kind == .file, !attributes.isHashed else { throw Malformed.kind }
      let action = planned.found(attributes)
      run.announce(action)
      try destination.accept(
        Change(
          entry: action.after, provision: .parts, parentModified: answer.parentModified,
          conflictCopy: action.keptCopy))
      lastDigest = nil
      try receiveContent {}
      if let lastDigest { try learn(attributes.hashed(lastDigest)) }
      uncopied.formUnion(destination.takeUnmatched())
      run.advance(items: 1, bytes: attributes.size)
      run.takeOutcomes(of: destination)
      return nil
    case .inline, .stream, .copy, .move, .rebuild, .deletion: throw Malformed.kind
    }
  }

  /// Puts the large files together that wait for it, when nothing else is on its way.
  private func fetchOffered() throws {
    let changes = offered.take()
    guard !changes.isEmpty else { return }
    var sizes: [Int64] = []
    for frame in PathList.frames(.wantOffer, changes.map(\.origin)) { try peer.send(frame) }
    for (change, origin) in changes {
      let answer = try nextChange(at: origin)
      if case .rebuild = answer.provision {
        try destination.accept(
          Change(
            entry: change.entry, provision: answer.provision,
            parentModified: answer.parentModified, conflictCopy: change.conflictCopy))
        sizes.append(change.entry.attributes.size)
      } else {
        // Asked for once more, the other end says what has become of it.
        uncopied.insert(change.entry.path)
      }
    }
    var endedCount = 0
    try receiveContent {
      let count = destination.rebuilding?.current ?? sizes.count
      for size in sizes[endedCount..<count] { run.advance(items: 1, bytes: size) }
      endedCount = count
    }
    uncopied.formUnion(destination.takeUnmatched())
    run.takeOutcomes(of: destination)
  }
}
