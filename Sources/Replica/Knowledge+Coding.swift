/// The encoding of a table, in messages and in the index (`treemend-state.5`, "Knowledge").
///
/// The replicas in ascending order, then for each its epoch, times, and what it has seen by the
/// index of the replica. What is seen of replicas that are no members is left out.
extension Knowledge {
  /// Appends the encoding to `output`.
  package func encode(to output: inout [UInt8]) {
    let replicas = members.keys.sorted()
    output.append(count: replicas.count)
    for replica in replicas { output.append(fixed: replica.rawValue) }
    for replica in replicas {
      guard let member = members[replica] else { continue }
      output.append(varint: member.epoch)
      output.append(zigzag: member.heard)
      output.append(varint: member.expired)
      for seen in replicas { output.append(varint: member.seen[seen, default: 0]) }
    }
  }

  /// Reads a table, or throws.
  package init(from reader: inout ByteReader) throws(Malformed) {
    var replicas: [ReplicaID] = []
    for _ in 0..<(try reader.readCount(atMost: Self.maximumCount)) {
      replicas.append(ReplicaID(rawValue: try reader.readFixed()))
    }
    guard zip(replicas, replicas.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .order }
    var members: [ReplicaID: Member] = [:]
    for replica in replicas {
      var member = Member()
      member.epoch = try reader.readVarint()
      member.heard = try reader.readZigzag()
      member.expired = try reader.readVarint()
      for seen in replicas {
        let epoch = try reader.readVarint()
        if epoch > 0 { member.seen[seen] = epoch }
      }
      members[replica] = member
    }
    try self.init(members: members)
  }
}
