package import Hashing
package import Replica

/// The first bytes that each end sends, before any frame.
package enum Magic {
  /// The bytes: a name, and bytes that a shell's greeting or a text conversion would not leave so.
  package static let bytes: [UInt8] = Array("treemend".utf8) + [0x00, 0x0d, 0x0a, 0xff]
}

/// The first frame of each end: which versions of the protocol it speaks.
package struct Hello: Equatable, Sendable {
  /// The one version of the protocol that this program speaks.
  package static let current: UInt64 = 12

  /// The oldest version spoken.
  package let oldest: UInt64
  /// The newest version spoken.
  package let newest: UInt64
  /// The program's version, for people.
  package let program: [UInt8]

  /// Creates the greeting of the program of the version `program`.
  package init(program: String) {
    oldest = Self.current
    newest = Self.current
    self.program = Array(program.utf8)
  }

  /// Reads the payload of a frame. What a later version adds behind is passed over.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    oldest = try reader.readVarint()
    newest = try reader.readVarint()
    program = Array(try reader.readPrefixed(atMost: 64))
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    payload.append(varint: oldest)
    payload.append(varint: newest)
    payload.append(prefixed: program.span)
    return Frame(.hello, payload)
  }

  /// Whether an end that greets so can speak with this one.
  package var isUnderstood: Bool { oldest <= Self.current && Self.current <= newest }
}

/// The initiator's order: which replica to open, and what the run may do to it.
package struct Open: Equatable, Sendable {
  /// What the responder's replica is in this run.
  package enum Role: UInt8, Sendable {
    /// It is only compared.
    case compared = 0
    /// The initiator's replica is made to agree with it.
    case source = 1
    /// It is made to agree with the initiator's.
    case destination = 2
    /// Both converge.
    case both = 3

    /// Whether the run may change it.
    package var mayBeChanged: Bool { self == .destination || self == .both }

    /// What the initiator's replica is.
    package var opposite: Role {
      switch self {
      case .source: .destination
      case .destination: .source
      case .compared, .both: self
      }
    }
  }

  /// What the run may do, one bit each.
  package struct Flags: OptionSet, Sendable {
    /// The bits.
    package let rawValue: UInt16
    /// Takes the bits.
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Nothing may be written to the tree.
    package static let dryRun = Flags(rawValue: 1)
    /// The run may delete.
    package static let deletes = Flags(rawValue: 2)
    /// Every file is hashed anew.
    package static let rehashes = Flags(rawValue: 4)
    /// The run does not wait for the disk.
    package static let skipsSync = Flags(rawValue: 8)
    /// The guards of the scan are off.
    package static let forces = Flags(rawValue: 16)
    /// Deflating is to be tried on all content.
    package static let deflates = Flags(rawValue: 32)
    /// A root that is not there is made, in a directory that is.
    package static let makesRoot = Flags(rawValue: 64)
    /// Content is not to be deflated.
    package static let keepsContent = Flags(rawValue: 128)
    /// Large files that have changed are left to be hashed when they are sent.
    package static let defersHashing = Flags(rawValue: 256)

    fileprivate static let known = Flags(rawValue: 511)
  }

  /// What the replica is in this run.
  package var role: Role
  /// What the run may do.
  package var flags: Flags
  /// How long to wait for a replica in use, in seconds.
  package var lockWaitSeconds: UInt32
  /// The most bytes that the responder may send in a second; nil for no limit.
  package var byteRate: Int?
  /// The root directory, as the user wrote it.
  package var root: [UInt8]
  /// Where to keep state instead of in the root; empty for there.
  package var stateDirectory: [UInt8]
  /// The initiator.
  package var introduction: Introduction
  /// The include and exclude rules in order.
  package var rules: [Rule]

  /// An include or exclude rule.
  package struct Rule: Equatable, Sendable {
    /// Whether it includes.
    package let includes: Bool
    /// Its pattern.
    package let pattern: [UInt8]
    /// Creates a rule.
    package init(includes: Bool, pattern: [UInt8]) {
      self.includes = includes
      self.pattern = pattern
    }
  }

  /// Creates an order.
  package init(
    role: Role, flags: Flags, lockWaitSeconds: UInt32, byteRate: Int? = nil, root: [UInt8],
    stateDirectory: [UInt8], introduction: Introduction, rules: [Rule]
  ) {
    self.role = role
    self.flags = flags
    self.lockWaitSeconds = lockWaitSeconds
    self.byteRate = byteRate
    self.root = root
    self.stateDirectory = stateDirectory
    self.introduction = introduction
    self.rules = rules
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    guard let role = Role(rawValue: try reader.readByte()) else { throw .kind }
    self.role = role
    flags = Flags(rawValue: try reader.readFixed())
    guard flags.isSubset(of: .known), !flags.isSuperset(of: [.deflates, .keepsContent]) else {
      throw .kind
    }
    lockWaitSeconds = UInt32(try reader.readCount(atMost: Int(UInt32.max)))
    let rate = try reader.readCount(atMost: SendingTerms.byteRates.upperBound)
    guard rate == 0 || SendingTerms.byteRates ~= rate else { throw .number }
    byteRate = rate == 0 ? nil : rate
    root = Array(try reader.readPrefixed(atMost: 65_536))
    stateDirectory = Array(try reader.readPrefixed(atMost: 65_536))
    guard !root.contains(0), !stateDirectory.contains(0) else { throw .key }
    introduction = try Introduction(from: &reader)
    rules = []
    for _ in 0..<(try reader.readCount(ofAtLeast: 2)) {
      let includes = try reader.readByte()
      guard includes <= 1 else { throw .kind }
      let pattern = Array(try reader.readPrefixed(atMost: 65_536))
      rules.append(Rule(includes: includes == 1, pattern: pattern))
    }
    try reader.expectEnd()
  }

  /// The frame, or throws if the rules are too many for one.
  package func frame() throws(Malformed) -> Frame {
    var payload: [UInt8] = [role.rawValue]
    payload.append(fixed: flags.rawValue)
    payload.append(varint: UInt64(lockWaitSeconds))
    payload.append(count: byteRate ?? 0)
    payload.append(prefixed: root.span)
    payload.append(prefixed: stateDirectory.span)
    introduction.encode(to: &payload)
    payload.append(count: rules.count)
    for rule in rules {
      payload.append(rule.includes ? 1 : 0)
      payload.append(prefixed: rule.pattern.span)
    }
    guard payload.count <= Frame.maximumPayloadByteCount else { throw .count }
    return Frame(.open, payload)
  }
}

/// The responder's replica after its scan.
package struct Ready: Equatable, Sendable {
  /// The replica's identity.
  package var replica: ReplicaID
  /// Whether it has taken part in no run with another yet.
  package var isNew: Bool
  /// Whether the initiator's replica, which was never met, is where another was.
  package var meetsStranger: Bool
  /// Whether a run that may delete, and changes it alone, has come to its end before.
  package var hasDeleted: Bool
  /// The number of entries, tombstones included, that the run sees.
  package var entryCount: Int
  /// The number of live ones among them.
  package var liveCount: Int
  /// The digest over all of them.
  package var stateRoot: Digest
  /// The digest over the content of the live ones; nil if a dry run has not hashed all of it.
  package var contentRoot: Digest?

  /// Creates the report.
  package init(
    replica: ReplicaID, isNew: Bool, meetsStranger: Bool, hasDeleted: Bool, entryCount: Int,
    liveCount: Int, stateRoot: Digest, contentRoot: Digest?
  ) {
    self.replica = replica
    self.isNew = isNew
    self.meetsStranger = meetsStranger
    self.hasDeleted = hasDeleted
    self.entryCount = entryCount
    self.liveCount = liveCount
    self.stateRoot = stateRoot
    self.contentRoot = contentRoot
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    replica = ReplicaID(rawValue: try reader.readFixed())
    let bits = try reader.readByte()
    guard bits <= 7 else { throw .kind }
    isNew = bits & 1 != 0
    meetsStranger = bits & 2 != 0
    hasDeleted = bits & 4 != 0
    entryCount = try reader.readCount(atMost: 1 << 48)
    liveCount = try reader.readCount(atMost: entryCount)
    stateRoot = try reader.readDigest()
    let contentRoot = try reader.readDigest()
    self.contentRoot = contentRoot == .zero ? nil : contentRoot
    try reader.expectEnd()
  }

  /// The frame.
  package var frame: Frame {
    var payload: [UInt8] = []
    payload.append(fixed: replica.rawValue)
    payload.append((isNew ? 1 : 0) | (meetsStranger ? 2 : 0) | (hasDeleted ? 4 : 0))
    payload.append(count: entryCount)
    payload.append(count: liveCount)
    stateRoot.append(to: &payload)
    (contentRoot ?? .zero).append(to: &payload)
    return Frame(.ready, payload)
  }
}
