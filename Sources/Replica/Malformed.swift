/// What is wrong with bytes that were to be decoded: a frame from a peer, or a stored row.
package enum Malformed: Error, Equatable {
  /// The bytes end inside a field.
  case truncated
  /// A number does not fit its field, or is written longer than it need be.
  case number
  /// A key is not well formed.
  case key
  /// Keys do not ascend strictly.
  case order
  /// A count or length is beyond what its place allows.
  case count
  /// A kind, flag or other enumerated field has no such value.
  case kind
  /// A version vector is not in its one form, or is named and not there.
  case vector
  /// Bytes are left where the end should be.
  case trailing
}
