package import Replica

/// Neighbouring entries with the same versions.
package struct VersionRun: Equatable, Sendable {
  /// The path from which on live entries carry them, up to that of the next run.
  package let start: Path
  /// The versions; nil if nothing is said of these entries.
  package let vector: VersionVector?

  /// Creates a run.
  package init(start: Path, vector: VersionVector?) {
    self.start = start
    self.vector = vector
  }
}

/// Versions of a replica's live entries, in ascending runs over a number of frames.
package struct VersionRuns: Equatable, Sendable {
  /// The next runs.
  package let runs: [VersionRun]
  /// Whether there are no more.
  package let isLast: Bool

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var stream = EntryStreamReader(payload)
    var runs: [VersionRun] = []
    let last = try stream.fields.readByte()
    guard last <= 1 else { throw .kind }
    while !stream.isAtEnd {
      let start = try stream.readPath()
      guard stream.keyByteCount <= PathList.maximumKeyByteCount else { throw .count }
      guard runs.last.map({ $0.start < start }) ?? true else { throw .order }
      let isTold = try stream.fields.readByte()
      guard isTold <= 1 else { throw .kind }
      runs.append(
        VersionRun(start: start, vector: isTold == 1 ? try stream.readVector() : nil))
    }
    self.runs = runs
    isLast = last == 1
  }
}

/// Packs runs of versions into frames.
package struct VersionRunsWriter {
  private var stream = EntryStreamWriter()
  private var last: VersionVector??
  private let deliver: (Frame) throws -> Void

  /// Begins; frames go to `deliver`.
  package init(deliver: @escaping (Frame) throws -> Void) {
    self.deliver = deliver
    begin()
  }

  private mutating func begin() {
    stream = EntryStreamWriter()
    stream.write { $0.append(0) }
  }

  /// Says what versions the live entries from `path` on carry, which comes behind all before; nil
  /// to say nothing of them. The path is asked for only where a run begins.
  package mutating func write(
    _ vector: VersionVector?, from path: @autoclosure () -> Path
  ) throws {
    guard last != .some(vector) else { return }
    last = .some(vector)
    let path = path()
    let byteCount = 64 + path.key.count + 40 * (vector?.counterCount ?? 0)
    if !stream.hasRoom(for: path) || stream.bytes.count + byteCount > Frame.maximumPayloadByteCount
    {
      try deliver(Frame(.versions, stream.bytes))
      begin()
    }
    stream.write(path)
    stream.write { $0.append(vector == nil ? 0 : 1) }
    if let vector { stream.write(vector) }
  }

  /// Delivers the last frame.
  package consuming func finish() throws {
    var payload = stream.bytes
    payload[0] = 1
    try deliver(Frame(.versions, payload))
  }
}
