package import Hashing
package import Index
package import Replica

/// What is known of one replica.
package struct ReplicaStatus: Sendable {
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
  package let lastRuns: [RunRecord]
  /// The replicas met, the latest first.
  package let peers: [PeerRecord]
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
