extension [UInt8] {
  /// The bytes of a string.
  init(_ text: String) {
    self.init(text.utf8)
  }
}
