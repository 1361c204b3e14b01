package import Hashing
internal import Index
package import Replica

/// What is known of one replica.
package struct ReplicaStatus: Sendable {
  /// A run that the replica took part in.
  package struct Run: Sendable {
    /// When it ended, in nanoseconds since 1970.
    package let finished: Int64
    /// The replica at the other end, as the user named it.
    package let peer: [UInt8]
    /// The exit code.
    package let exitCode: Int
    /// How many changes were made.
    package let itemCount: Int
  }

  /// A replica that this one has met.
  package struct Peer: Sendable {
    /// Its identity.
    package let replica: ReplicaID
    /// As the user named it.
    package let name: [UInt8]
    /// When it was met last, in nanoseconds since 1970.
    package let lastSeen: Int64
  }

  /// Its identity.
  package let replica: ReplicaID
  /// Where its state is.
  package let stateDirectory: [UInt8]
  /// The digest over the content of its files.
  package let contentRoot: Digest
  /// The digest over all of its entries.
  package let stateRoot: Digest
  /// The number of files, directories and links.
  package let liveCount: Int
  /// The number of deletions that are remembered.
  package let tombstoneCount: Int
  /// The bytes in all files.
  package let totalByteCount: Int64
  /// The last runs, the latest first.
  package let lastRuns: [Run]
  /// The replicas met, the latest first.
  package let peers: [Peer]
}

extension ReplicaStatus.Run {
  init(_ record: RunRecord) {
    self.init(
      finished: record.finished, peer: record.peer, exitCode: record.exitCode,
      itemCount: record.itemCount)
  }
}

extension ReplicaStatus.Peer {
  init(_ record: PeerRecord) {
    self.init(replica: record.replica, name: record.name, lastSeen: record.seen)
  }
}

/// What could be learnt of a host.
package struct Diagnosis: Sendable {
  /// The version of the program that answers there.
  package let farVersion: [UInt8]
  /// The version of the protocol that both speak.
  package let protocolVersion: Int
  /// How long the greeting took.
  package let seconds: Double
}
