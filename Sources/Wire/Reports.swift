package import Hashing
package import Replica

/// Frames that list paths: those that a scan could not look at, and those whose content is wanted.
package enum PathList {
  /// The most bytes that the paths of a frame have unpacked, so that a frame of paths that share
  /// all but a byte cannot fill the memory.
  static let maximumKeyByteCount = 16 * Frame.maximumPayloadByteCount

  /// Reads the payload of a frame.
  package static func decode(payload: [UInt8]) throws(Malformed) -> [Path] {
    var stream = EntryStreamReader(payload)
    var paths: [Path] = []
    while !stream.isAtEnd {
      paths.append(try stream.readPath())
      guard stream.keyByteCount <= maximumKeyByteCount else { throw .count }
    }
    return paths
  }

  /// Frames of `kind` that list `paths`, as many as it takes.
  package static func frames(_ kind: Frame.Kind, _ paths: [Path]) -> [Frame] {
    var frames: [Frame] = []
    var stream = EntryStreamWriter()
    for path in paths {
      if !stream.hasRoom(for: path) {
        frames.append(Frame(kind, stream.bytes))
        stream = EntryStreamWriter()
      }
      stream.write(path)
    }
    return stream.bytes.isEmpty ? frames : frames + [Frame(kind, stream.bytes)]
  }
}

extension EntryStreamWriter {
  /// Whether a path, and a problem with it, can be added to a frame's list.
  func hasRoom(for path: Path) -> Bool {
    bytes.count + path.key.count + 32 <= Frame.maximumPayloadByteCount
      && keyByteCount + path.key.count <= PathList.maximumKeyByteCount
  }
}

extension EntryStreamReader {
  /// Reads what is wrong with a path.
  mutating func readReason() throws(Malformed) -> (code: Problem.Code, systemCode: Int32) {
    guard let code = Problem.Code(rawValue: try fields.readByte()) else { throw .kind }
    guard let systemCode = Int32(exactly: try fields.readZigzag()) else { throw .number }
    return (code, systemCode)
  }
}

/// What became of some changes: how many were made, and the problems with the others.
package struct Outcomes: Equatable, Sendable {
  /// How many changes were dealt with since the last report, problems included.
  package var changeCount: Int
  /// The bytes of content found at the destination itself.
  package var matchedByteCount: Int64
  /// What went wrong.
  package var problems: [Problem]

  /// Creates a report.
  package init(changeCount: Int = 0, matchedByteCount: Int64 = 0, problems: [Problem] = []) {
    self.changeCount = changeCount
    self.matchedByteCount = matchedByteCount
    self.problems = problems
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var stream = EntryStreamReader(payload)
    changeCount = try stream.fields.readCount(atMost: 1 << 48)
    matchedByteCount = Int64(try stream.fields.readCount(atMost: 1 << 60))
    problems = []
    while !stream.isAtEnd {
      let path = try stream.readPath(orRoot: true)
      guard stream.keyByteCount <= PathList.maximumKeyByteCount else { throw .count }
      let (code, systemCode) = try stream.readReason()
      guard code.isOfReplica == (path == .root) else { throw .key }
      problems.append(Problem(path: path, code: code, systemCode: systemCode))
    }
  }

  /// The frames, as many as it takes; their counts add up.
  package func frames(_ kind: Frame.Kind = .outcomes) -> [Frame] {
    var frames: [Frame] = []
    var stream = EntryStreamWriter()
    stream.write { output in
      output.append(count: changeCount)
      output.append(varint: UInt64(matchedByteCount))
    }
    for problem in problems {
      if !stream.hasRoom(for: problem.path) {
        frames.append(Frame(kind, stream.bytes))
        stream = EntryStreamWriter()
        stream.write { $0.append(contentsOf: [0, 0]) }
      }
      stream.write(problem.path)
      stream.write { output in
        output.append(problem.code.rawValue)
        output.append(zigzag: Int64(problem.systemCode))
      }
    }
    return frames + [Frame(kind, stream.bytes)]
  }
}

/// The end of a part of a run, or of all of it.
package enum Finish: Equatable, Sendable {
  /// What came before is to be done; more follows.
  case part
  /// Nothing follows, and the ends need not hold the same.
  case run
  /// Nothing follows, and the initiator holds entries with this state root.
  case complete(stateRoot: Digest)
  /// Nothing follows, not even an answer, if the responder's state root is this from the beginning;
  /// otherwise the run goes on.
  case equal(stateRoot: Digest)

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    switch try reader.readByte() {
    case 0: self = .part
    case 1: self = .run
    case 2: self = .complete(stateRoot: try reader.readDigest())
    case 3: self = .equal(stateRoot: try reader.readDigest())
    default: throw .kind
    }
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    switch self {
    case .part: payload.append(0)
    case .run: payload.append(1)
    case .complete(let stateRoot):
      payload.append(2)
      stateRoot.append(to: &payload)
    case .equal(let stateRoot):
      payload.append(3)
      stateRoot.append(to: &payload)
    }
    return Frame(.finish, payload)
  }
}

/// The responder's roots after the changes so far.
package struct Finished: Equatable, Sendable {
  /// The digest over all entries.
  package var stateRoot: Digest
  /// The digest over the content of the live ones; nil if not all of it has been hashed.
  package var contentRoot: Digest?

  /// Creates the report.
  package init(stateRoot: Digest, contentRoot: Digest?) {
    self.stateRoot = stateRoot
    self.contentRoot = contentRoot
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    stateRoot = try reader.readDigest()
    let contentRoot = try reader.readDigest()
    self.contentRoot = contentRoot == .zero ? nil : contentRoot
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    stateRoot.append(to: &payload)
    (contentRoot ?? .zero).append(to: &payload)
    return Frame(.finished, payload)
  }
}

/// Why an end stops before the run is over: the exit code that its run would have, and lines
/// for people.
package struct Failure: Equatable, Sendable {
  /// The exit code.
  package var exitCode: UInt8
  /// What happened, a line, and what led to it and what can be done, to be shown escaped.
  package var message: [UInt8]

  /// Creates the report.
  package init(exitCode: UInt8, message: [UInt8]) {
    self.exitCode = exitCode
    self.message = message
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    exitCode = try reader.readByte()
    message = Array(try reader.readPrefixed(atMost: 4096))
    try reader.expectEnd()
  }

  /// The frame, or that of what would be a failure in a run that is no dry one.
  package func frame(_ kind: Frame.Kind = .failure) -> Frame {
    var payload: [UInt8] = [exitCode]
    payload.append(prefixed: Array(message.prefix(4096)).span)
    return Frame(kind, payload)
  }
}
