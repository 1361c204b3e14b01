package import Replica

/// Why frames no longer come or go.
package enum TransportError: Error, Equatable {
  /// The other end has closed the connection.
  case closed
  /// The connection ended within a frame.
  case cut
  /// The other end's first bytes are not the protocol's; these they are.
  case noMagic(sample: [UInt8])
  /// A frame is malformed.
  case malformed(Malformed)
  /// A system call failed, with this `errno`.
  case system(code: Int32)
  /// Nothing has come from the other end for so long, which is too long.
  case silent(seconds: Int)
  /// The user asked to stop while this end waited.
  case interrupted
}
