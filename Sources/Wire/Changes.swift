internal import Chunks
package import Replica

/// What the destination needs to bring one entry about.
package enum Provision: Equatable, Sendable {
  /// Nothing but the entry: a directory, or other metadata or versions over the same content.
  case nothing
  /// The whole content of a small file, or a link's target.
  case inline([UInt8])
  /// The content of a large file, in content frames that follow; such an entry is a frame's last.
  case stream
  /// The content of a large file, which is put together of what the destination has and what it lacks:
  /// listings of its chunk tree follow behind the frame, at first of the nodes of `level`; `sketch`
  /// is a few of its chunks.
  case rebuild(level: Int, sketch: [UInt64])
  /// The content of a large file that is still being hashed, in parts that follow, each put together of
  /// what the destination has and what it lacks; such an entry is a frame's last.
  case parts
  /// The content that the destination has at another path.
  case copy(from: Path)
  /// The file that the destination has at another path, which is renamed.
  case move(from: Path)
  /// Nothing can be had: the source could not read the content that it had announced.
  case unavailable(Problem.Code, systemCode: Int32)
  /// The path is to go; the entry is the tombstone that stays.
  case deletion
}

/// An entry that the destination is to have, and how to bring it about.
package struct Change: Equatable, Sendable {
  /// What the destination holds then.
  package let entry: Entry
  /// What it needs.
  package let provision: Provision
  /// The modification time that the source's directory around the entry has, in nanoseconds; nil
  /// if it is the same directory as the change before, or not known.
  package let parentModified: Int64?
  /// Where what is replaced must have been kept before.
  package let conflictCopy: Path?

  /// Creates a change.
  package init(
    entry: Entry, provision: Provision, parentModified: Int64? = nil, conflictCopy: Path? = nil
  ) {
    self.entry = entry
    self.provision = provision
    self.parentModified = parentModified
    self.conflictCopy = conflictCopy
  }

  /// The same, with the time of the source's directory around it.
  package func with(parentModified: Int64?) -> Change {
    Change(
      entry: entry, provision: provision, parentModified: parentModified,
      conflictCopy: conflictCopy)
  }
}

/// Changes in the order in which the destination is to make them, as one frame.
package struct ChangesWriter: Sendable {
  private var stream = EntryStreamWriter()
  /// How many changes there are.
  package private(set) var count = 0

  /// Begins a frame.
  package init() {}

  /// How many bytes the payload has so far.
  package var byteCount: Int { stream.bytes.count }

  /// Adds the change that consists of these, as a ``Change`` does.
  package mutating func append(
    _ entry: Entry, _ provision: Provision, parentModified: Int64?, conflictCopy: Path?
  ) {
    count += 1
    stream.write(entry)
    stream.write { output in
      let hasTime: UInt8 = parentModified == nil ? 0 : 1
      output.append(hasTime | (conflictCopy == nil ? 0 : 2))
      if let parentModified { output.append(zigzag: parentModified) }
    }
    if let conflictCopy { stream.write(conflictCopy) }
    stream.write { $0.append(provision.form.rawValue) }
    switch provision {
    case .nothing, .stream, .parts, .deletion: break
    case .inline(let content): stream.write { $0.append(prefixed: content) }
    case .copy(let path), .move(let path): stream.write(path)
    case .rebuild(let level, let sketch):
      stream.write { output in
        output.append(count: level)
        output.append(count: sketch.count)
        for fingerprint in sketch { output.append(fixed: fingerprint) }
      }
    case .unavailable(let code, let systemCode):
      stream.write { output in
        output.append(code.rawValue)
        output.append(zigzag: Int64(systemCode))
      }
    }
  }

  /// Ends the frame.
  package consuming func frame() -> Frame {
    Frame(.changes, stream.bytes)
  }
}

/// Reads the changes of one frame.
package struct ChangesReader {
  private var stream: EntryStreamReader

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) {
    stream = EntryStreamReader(payload)
  }

  /// The next change, or nil behind the last.
  package mutating func next() throws(Malformed) -> Change? {
    if stream.isAtEnd { return nil }
    let entry = try stream.readEntry()
    let parts = try stream.fields.readByte()
    guard parts <= 3 else { throw .kind }
    let parentModified = parts & 1 == 0 ? nil : try stream.fields.readZigzag()
    let conflictCopy = parts & 2 == 0 ? nil : try stream.readPath()
    let provision = try readProvision()
    if provision == .stream || provision == .parts { try stream.fields.expectEnd() }
    return Change(
      entry: entry, provision: provision, parentModified: parentModified,
      conflictCopy: conflictCopy)
  }

  private mutating func readProvision() throws(Malformed) -> Provision {
    guard let form = Provision.Form(rawValue: try stream.fields.readByte()) else { throw .kind }
    switch form {
    case .nothing: return .nothing
    case .inline:
      return .inline(
        Array(try stream.fields.readPrefixed(atMost: Frame.maximumPayloadByteCount)))
    case .stream: return .stream
    case .parts: return .parts
    case .copy: return .copy(from: try stream.readPath())
    case .unavailable:
      let (code, systemCode) = try stream.readReason()
      return .unavailable(code, systemCode: systemCode)
    case .deletion: return .deletion
    case .move: return .move(from: try stream.readPath())
    case .rebuild:
      let level = try stream.fields.readCount(atMost: ChunkTree.maximumLevel)
      var sketch: [UInt64] = []
      for _ in 0..<(try stream.fields.readCount(atMost: ChunkList.sketchCount)) {
        sketch.append(try stream.fields.readFixed())
      }
      return .rebuild(level: level, sketch: sketch)
    }
  }
}

extension Provision {
  /// What a provision is, in one byte.
  fileprivate enum Form: UInt8 {
    case nothing = 0
    case inline = 1
    case stream = 2
    case copy = 3
    case unavailable = 4
    case deletion = 5
    case move = 6
    case rebuild = 7
    case parts = 8
  }

  /// What it is.
  fileprivate var form: Form {
    switch self {
    case .nothing: .nothing
    case .inline: .inline
    case .stream: .stream
    case .parts: .parts
    case .copy: .copy
    case .unavailable: .unavailable
    case .deletion: .deletion
    case .move: .move
    case .rebuild: .rebuild
    }
  }
}
