package import Replica

/// Who an end is and what it knows of the others, before it looks at its tree: by this each finds
/// out whether it has been set back to an earlier state of itself.
package struct Introduction: Equatable, Sendable {
  /// The end's identity.
  package var replica: ReplicaID
  /// Its epoch at the end of its last run.
  package var epoch: UInt64
  /// Its epoch at the end of this one.
  package var nextEpoch: UInt64
  /// The wall clock of its machine in nanoseconds since 1970.
  package var clock: Int64
  /// What it knows of all replicas.
  package var knowledge: Knowledge

  /// Introduces an end.
  package init(
    replica: ReplicaID, epoch: UInt64, nextEpoch: UInt64, clock: Int64, knowledge: Knowledge
  ) {
    self.replica = replica
    self.epoch = epoch
    self.nextEpoch = nextEpoch
    self.clock = clock
    self.knowledge = knowledge
  }

  /// Reads the payload of a frame.
  package init(payload: [UInt8]) throws(Malformed) {
    var reader = ByteReader(payload)
    try self.init(from: &reader)
    try reader.expectEnd()
  }

  init(from reader: inout ByteReader) throws(Malformed) {
    replica = ReplicaID(rawValue: try reader.readFixed())
    epoch = try reader.readVarint()
    nextEpoch = try reader.readVarint()
    guard epoch < nextEpoch, nextEpoch <= UInt64.max / 2 else { throw .number }
    clock = try reader.readFixed()
    knowledge = try Knowledge(from: &reader)
  }

  func encode(to output: inout [UInt8]) {
    output.append(fixed: replica.rawValue)
    output.append(varint: epoch)
    output.append(varint: nextEpoch)
    output.append(fixed: clock)
    knowledge.encode(to: &output)
  }

  /// The frame with which a responder introduces itself.
  package var frame: Frame {
    var payload: [UInt8] = []
    encode(to: &payload)
    return Frame(.met, payload)
  }
}
