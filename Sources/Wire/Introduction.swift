package import Replica

/// Who an end is and what it knows of the others, before it looks at its tree: by this each finds
/// out whether it has been set back to an earlier state of itself.
package struct Introduction: Equatable, Sendable {
  /// The end's identity.
  package var replica: ReplicaID
  /// What tells its root apart from directories elsewhere, on this machine and others.
  package var place: UInt64
  /// Its epoch at the end of its last run.
  package var epoch: UInt64
  /// Its epoch at the end of this one.
  package var nextEpoch: UInt64
  /// The wall clock of its machine in nanoseconds since 1970.
  package var clock: Int64
  /// What it knows of all replicas.
  package var knowledge: Knowledge
  /// Whether it remembers nothing, and has nothing in its root: what it is to have need not be
  /// hashed to be compared.
  package var isEmpty: Bool

  /// Introduces an end.
  package init(
    replica: ReplicaID, place: UInt64, epoch: UInt64, nextEpoch: UInt64, clock: Int64,
    knowledge: Knowledge, isEmpty: Bool = false
  ) {
    self.replica = replica
    self.place = place
    self.epoch = epoch
    self.nextEpoch = nextEpoch
    self.clock = clock
    self.knowledge = knowledge
    self.isEmpty = isEmpty
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    try self.init(from: &reader)
    try reader.expectEnd()
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    replica = ReplicaID(rawValue: try reader.readFixed())
    place = try reader.readFixed()
    epoch = try reader.readVarint()
    nextEpoch = try reader.readVarint()
    guard epoch < nextEpoch, nextEpoch <= UInt64.max / 2 else { throw .number }
    clock = try reader.readFixed()
    knowledge = try Knowledge(from: &reader)
    let flag = try reader.readByte()
    guard flag <= 1 else { throw .kind }
    isEmpty = flag == 1
  }

  func encode(to output: inout [UInt8]) {
    output.append(fixed: replica.rawValue)
    output.append(fixed: place)
    output.append(varint: epoch)
    output.append(varint: nextEpoch)
    output.append(fixed: clock)
    knowledge.encode(to: &output)
    output.append(isEmpty ? 1 : 0)
  }

  /// The frame with which a responder introduces itself.
  package var frame: Frame {
    var payload: [UInt8] = []
    encode(to: &payload)
    return Frame(.met, payload)
  }
}
