/// The rules for what may be handed to a remote shell as the name of a host.
enum RemoteHost {
  /// Returns `bytes` as a host with or without a user, or throws if it could be taken for an option or
  /// hold anything that a shell or `ssh` would read as more than a name.
  static func validate(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    let shown = Escape.text(bytes)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw .usage("the host '\(shown)' is no valid text")
    }
    let cut = name.utf8.lastIndex(of: UInt8(ascii: "@"))
    let parts = cut.map { [name[..<$0], name[name.utf8.index(after: $0)...]] } ?? [name[...]]
    let hint = "a local name with a colon in it is written './NAME'"
    for part in parts {
      if part.isEmpty {
        throw .usage("'\(shown)' leaves the host or the user empty", hint: hint)
      }
      if part.utf8.first == UInt8(ascii: "-") {
        throw .usage("the host '\(shown)' begins with '-'", hint: hint)
      }
      if part.unicodeScalars.contains(where: { Escape.isUnsafe($0) || forbidden.contains($0) }) {
        throw .usage("the host '\(shown)' holds a character that no host has", hint: hint)
      }
    }
    return name
  }

  /// What OpenSSH refuses in a host name, and brackets.
  private static let forbidden = Set("'`\"$\\;&<>|(){}[] ".unicodeScalars)
}
