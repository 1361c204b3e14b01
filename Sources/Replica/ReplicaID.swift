/// The identity of one replica: 64 bits drawn at random when its state is created.
package struct ReplicaID: Hashable, Sendable, BitwiseCopyable {
  /// The bits.
  package let rawValue: UInt64

  /// Takes the bits of an identity.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

extension ReplicaID: Comparable {
  /// Orders identities by their bits as an unsigned number.
  package static func < (left: ReplicaID, right: ReplicaID) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension ReplicaID: CustomStringConvertible {
  /// 16 hexadecimal digits.
  package var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
