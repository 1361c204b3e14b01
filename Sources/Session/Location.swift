/// Where a replica is.
package enum Location: Hashable, Sendable {
  /// A directory on this machine, by a path as system calls take it.
  case local(path: [UInt8])
  /// A directory on another machine; `host` is what `ssh` takes, with the user if one was given.
  case remote(host: String, path: [UInt8])

  /// Whether the replica is on another machine.
  package var isRemote: Bool {
    if case .remote = self { true } else { false }
  }

  /// The path of the root, wherever it is.
  var path: [UInt8] {
    switch self {
    case .local(let path), .remote(_, let path): path
    }
  }

  /// The replica as the user names it: an address that has colons is in brackets.
  package var name: [UInt8] {
    switch self {
    case .local(let path): path
    case .remote(let host, let path): Self.bracketed(host) + Array(":".utf8) + path
    }
  }

  private static func bracketed(_ host: String) -> [UInt8] {
    guard host.contains(":") else { return Array(host.utf8) }
    let address = host.split(separator: "@", maxSplits: 1).last ?? ""
    return Array("\(host.dropLast(address.count))[\(address)]".utf8)
  }
}
