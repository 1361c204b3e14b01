internal import Session

extension Location {
  /// Reads `PATH`, `[USER@]HOST:PATH` or `[USER@][ADDRESS]:PATH`, as rsync and scp do: a colon with no
  /// slash before it makes the path a remote one.
  init(argument: RawArgument) throws(Failure) {
    let bytes = argument.bytes
    let colon = UInt8(ascii: ":")
    if bytes.isEmpty { throw .usage("a path is empty", hint: "'.' is the current directory") }
    if let scheme = Self.scheme(of: bytes) {
      throw .usage(
        "'\(argument.description)': \(scheme):// addresses are not supported",
        hint: "treemend works over ssh: HOST:PATH")
    }
    if let (host, path) = Self.bracketed(bytes) {
      self = .remote(
        host: try RemoteHost.validate(host), path: try Self.pathFromHome(path, of: argument))
      return
    }
    let head = bytes.prefix { $0 != UInt8(ascii: "/") }
    guard let cut = head.firstIndex(of: colon) else {
      self = .local(path: bytes)
      return
    }
    if bytes[(cut + 1)...].first == colon {
      throw .usage(
        "'\(argument.description)': rsync daemon modules are not supported",
        hint: "treemend works over ssh: HOST:PATH; a local name with a colon is './NAME'")
    }
    self = .remote(
      host: try RemoteHost.validate(bytes[..<cut]),
      path: try Self.pathFromHome(bytes[(cut + 1)...], of: argument))
  }

  /// Reads the two ends of a run, of which one at most may be remote.
  static func pair(
    _ first: RawArgument, _ second: RawArgument
  ) throws(Failure) -> (Location, Location) {
    let pair = (try Location(argument: first), try Location(argument: second))
    if case (.remote, .remote) = pair {
      throw .usage(
        "both ends are remote", hint: "run treemend on one of the two hosts, over ssh if need be")
    }
    return pair
  }

  /// Reads a directory of this machine.
  static func localPath(_ argument: RawArgument) throws(Failure) -> [UInt8] {
    guard case .local(let path) = try Location(argument: argument) else {
      throw .usage(
        "'\(argument.description)' is not on this machine", hint: "run this command there, over ssh"
      )
    }
    return path
  }

  /// The scheme of something like `rsync://host/module`.
  private static func scheme(of bytes: [UInt8]) -> String? {
    let name = bytes.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
    return !name.isEmpty && bytes[name.endIndex...].starts(with: "://".utf8)
      ? String(decoding: name, as: UTF8.self) : nil
  }

  /// A path on another machine, where relative ones begin at the home directory: a `~` before it, as
  /// a shell there would read it, says no more.
  private static func pathFromHome(
    _ path: ArraySlice<UInt8>, of argument: RawArgument
  ) throws(Failure) -> [UInt8] {
    let (tilde, slash) = (UInt8(ascii: "~"), UInt8(ascii: "/"))
    var path = path
    if path.first == tilde {
      let rest = path.dropFirst()
      guard rest.isEmpty || rest.first == slash else {
        throw .usage(
          "'\(argument.description)': the home directory of another user is not looked up",
          hint: "write its path; a directory that is really named so is './~NAME'")
      }
      path = rest.drop { $0 == slash }
    }
    return path.isEmpty ? Array(".".utf8) : Array(path)
  }

  /// Splits `[USER@][ADDRESS]:PATH`; the brackets are gone from the host.
  private static func bracketed(
    _ bytes: [UInt8]
  ) -> (host: ArraySlice<UInt8>, path: ArraySlice<UInt8>)? {
    let slash = UInt8(ascii: "/")
    guard
      let open = bytes.firstIndex(of: UInt8(ascii: "[")),
      open == 0 || (bytes[open - 1] == UInt8(ascii: "@") && !bytes[..<open].contains(slash)),
      let close = bytes[open...].firstIndex(of: UInt8(ascii: "]")),
      !bytes[open..<close].contains(slash),
      bytes[(close + 1)...].first == UInt8(ascii: ":")
    else { return nil }
    let host = bytes[..<open] + bytes[(open + 1)..<close]
    return (host, bytes[(close + 2)...])
  }
}
