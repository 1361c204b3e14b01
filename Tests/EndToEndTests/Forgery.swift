import Hashing
import Replica
import TestSupport
import Wire

/// The pieces of what a forged peer says.
enum Forgery {
  static let replica = ReplicaID(rawValue: 0xf0f0)

  /// What an honest peer says first.
  static let greeting = Magic.bytes + Hello(program: "forged").frame.encoded(deflating: false)

  /// A greeting that offers these versions.
  static func greeting(_ oldest: UInt64, _ newest: UInt64) -> [UInt8] {
    var payload: [UInt8] = []
    payload.append(varint: oldest)
    payload.append(varint: newest)
    payload.append(prefixed: Array("forged".utf8).span)
    return Magic.bytes + Frame(.hello, payload).encoded(deflating: false)
  }

  /// The order to open `root`.
  static func open(
    _ root: String, as role: Open.Role = .destination, _ flags: Open.Flags = .deletes,
    knowledge: Knowledge = Knowledge()
  ) throws -> [UInt8] {
    try Open(
      role: role, flags: flags, lockWaitSeconds: 0, root: Array(root.utf8), stateDirectory: [],
      introduction: Introduction(
        replica: replica, place: 0, epoch: 0, nextEpoch: 2, clock: .max, knowledge: knowledge),
      rules: []
    ).frame().encoded(deflating: false)
  }

  /// A frame with any header.
  static func frame(kind: UInt8, byteCount: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(fixed: byteCount)
    return bytes + [kind] + payload
  }

  /// A deflated frame of 262,144 zero bytes that says it holds `byteCount`.
  static func deflated(claiming byteCount: UInt64) -> [UInt8] {
    let honest = Frame(.changes, [UInt8](repeating: 0, count: 262_144)).encoded(deflating: true)
    var payload: [UInt8] = []
    payload.append(varint: byteCount)
    // The honest claim takes three bytes.
    payload += honest.dropFirst(Frame.headerByteCount + 3)
    return frame(
      kind: honest[Frame.headerByteCount - 1], byteCount: UInt32(payload.count), payload)
  }

  /// A frame of changes.
  static func changes(_ changes: [Change]) -> Frame {
    var writer = ChangesWriter()
    for change in changes { writer.append(change) }
    return writer.frame()
  }

  /// What a source says that has only what `changes` bring, asked by a destination with nothing.
  static func source(of changes: [Change]) -> [UInt8] {
    var run = EntryRun()
    for change in changes { run.append(change.entry) }
    let frames =
      arrival(of: changes.map(\.entry))
      + [differences(.fetched(run, rest: nil)), self.changes(changes), finished]
    return greeting + frames.flatMap { $0.encoded(deflating: false) }
  }

  /// What a responder says before it is asked for anything, which has `entries`.
  static func arrival(
    of entries: [Entry], knowledge: Knowledge = Knowledge(), telling frames: [Frame] = []
  ) -> [Frame] {
    let met = Introduction(
      replica: replica, place: 0, epoch: 0, nextEpoch: 2, clock: .max, knowledge: knowledge)
    let ready = Ready(
      replica: replica, isNew: false, meetsStranger: false, hasDeleted: false,
      entryCount: entries.count,
      liveCount: entries.count { $0.attributes.isLive }, stateRoot: digest([1]),
      contentRoot: digest([2]))
    return [met.frame] + frames + [ready.frame]
  }

  /// A frame with the answer to one query.
  static func differences(_ answer: Answer) -> Frame {
    var payload: [UInt8] = []
    answer.encode(to: &payload)
    return Frame(.differences, payload)
  }

  /// The end of a part of a run, or of all of it.
  static let finished = Finished(stateRoot: digest([1]), contentRoot: digest([2])).frame

  static func digest(_ bytes: [UInt8]) -> Digest {
    var sha256 = SHA256()
    return sha256.digest(of: bytes)
  }
}

extension Change {
  private init(_ key: [UInt8], _ attributes: Attributes, _ provision: Provision) {
    let entry = Entry(
      path: Path(uncheckedKey: key), attributes: attributes, vector: VersionVector(Forgery.replica))
    self.init(entry: entry, provision: provision)
  }

  /// A new file, well formed or not.
  static func file(_ key: [UInt8], _ text: String = "forged\n") -> Change {
    let content = Array(text.utf8)
    let attributes = Attributes.file(
      mode: 0o644, size: Int64(content.count), modified: 1, digest: Forgery.digest(content))
    return Change(key, attributes, .inline(content))
  }

  /// A link.
  static func link(_ key: String, to target: String) -> Change {
    let target = Array(target.utf8)
    return Change(
      Array(key.utf8),
      .link(size: Int64(target.count), modified: 1, digest: Forgery.digest(target)),
      .inline(target))
  }

  /// A deletion.
  static func deletion(_ key: String) -> Change {
    Change(Array(key.utf8), .tombstone(deleted: 1), .deletion)
  }
}

/// All that an end has said.
struct Transcript {
  let frames: [Frame]

  /// Reads what an honest end wrote.
  init(_ bytes: [UInt8]) throws {
    guard bytes.starts(with: Magic.bytes) else { throw Malformed.kind }
    var rest = bytes.dropFirst(Magic.bytes.count)
    var frames: [Frame] = []
    while !rest.isEmpty {
      let header = Array(rest.prefix(Frame.headerByteCount))
      rest = rest.dropFirst(header.count)
      let body = Array(rest.prefix(try Frame.payloadByteCount(header: header)))
      rest = rest.dropFirst(body.count)
      frames.append(try Frame(header: header, body: body))
    }
    self.frames = frames
  }

  /// The reason that the end gave for stopping.
  var failure: Failure? {
    frames.last.flatMap { $0.kind == .failure ? try? Failure(payload: $0.payload) : nil }
  }

  /// The paths whose change was refused while the run went on.
  var refusedKeys: [[UInt8]] {
    frames.filter { $0.kind == .outcomes }.compactMap { try? Outcomes(payload: $0.payload) }
      .flatMap(\.problems).map(\.path.key)
  }
}
