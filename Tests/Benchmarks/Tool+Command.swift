/// The commands, each as one would write it who wants that tool's best.
extension Tool {
  /// The command that makes the tool's destination on `site` like the source.
  ///
  /// `counting` lets the bytes be counted by the relay, which takes time of its own; `deletes` lets
  /// files go that the source has no more. With `cutAfter`, the connection ends after so many bytes,
  /// and with `keepsPartial` the tool is to go on where it was cut.
  func command(
    on site: Site, with equipment: Equipment, delayed: Bool = false, counting: Bool = false,
    deletes: Bool = false, keepsPartial: Bool = false, cutAfter: Int? = nil
  ) throws -> [String] {
    let shell =
      try cutAfter.map(equipment.cutShell) ?? equipment.remoteShell(delayed: delayed)
    let source = site.source
    let destination = site.destination(of: self)
    let remote = "\(equipment.server.host):\(destination)"
    switch self {
    case .treemend:
      return [equipment.treemend, "--stats", "--state-dir", site.stateDirectory, "-e", shell]
        + ["--remote-path", try equipment.remoteProgram([equipment.treemend])]
        + (deletes ? ["--delete"] : []) + [source, remote]
    case .rsync, .rsyncChecksum:
      return [rsync, self == .rsync ? "-a" : "-ac", "--stats", "-e", shell]
        + ["--rsync-path", try equipment.remoteProgram([rsync])]
        + (deletes ? ["--delete"] : []) + (keepsPartial || cutAfter != nil ? ["--partial"] : [])
        + ["\(source)/", "\(remote)/"]
    case .unison:
      return try unisonCommand(on: site, with: equipment, counting: counting)
    case .tar:
      let far = try equipment.remoteProgram(["tar", "-C", destination])
      let shell = counting ? try equipment.countingShell() : shell
      let receive = "'mkdir -p \(destination) && \(far) -xf -'"
      let send = "tar -C \(source) -cf - ."
      return ["sh", "-c", "\(send) | \(shell) \(equipment.server.host) \(receive)"]
    case .cp: return ["cp", "-a", "\(source)/.", destination]
    case .hashing: return [equipment.bench, "hash", source, destination]
    case .walking: return [equipment.bench, "walk", source, destination]
    }
  }

  private var rsync: String { Tool.rsync.rawValue }

  private func unisonCommand(
    on site: Site, with equipment: Equipment, counting: Bool
  ) throws -> [String] {
    let archives = site.unisonDirectories
    let far = try equipment.remoteProgram(["env", "UNISON=\(archives.there)", rawValue])
    let shell =
      counting
      ? ["-sshcmd", try equipment.countingShell()]
      : ["-sshargs", "-F \(equipment.server.configuration)"]
    return ["env", "UNISON=\(archives.here)", rawValue, site.source]
      + ["ssh://\(equipment.server.host)/\(site.destination(of: self))", "-servercmd", far] + shell
      + ["-batch", "-times", "-perms", "-1", "-confirmbigdel=false", "-logfile", "/dev/null"]
      + ["-contactquietly", "-silent"]
  }
}
