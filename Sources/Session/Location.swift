/// Where a replica is.
package enum Location: Hashable, Sendable {
  /// A directory on this machine, by a path as system calls take it.
  case local(path: [UInt8])
  /// A directory on another machine; `host` is what `ssh` takes, with the user if one was given.
  case remote(host: String, path: [UInt8])
}
