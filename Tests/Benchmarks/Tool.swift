import ArgumentParser
import TestSupport

/// A way to make a destination like a source.
enum Tool: String, CaseIterable, ExpressibleByArgument {
  case treemend, rsync, unison, tar, cp
  /// rsync that reads and hashes both trees, where otherwise it believes size and time.
  case rsyncChecksum = "rsync-checksum"
  /// No tool: what it takes at least to read both trees and hash them.
  case hashing
  /// No tool: what it takes at least to ask for the status of all that is in both.
  case walking

  /// What it is called in tables.
  var title: String {
    switch self {
    case .treemend, .rsync: rawValue
    case .unison: "Unison"
    case .tar: "tar | ssh tar"
    case .cp: "cp -a, local"
    case .rsyncChecksum: "rsync -c"
    case .hashing: "bare hashing"
    case .walking: "bare walks"
    }
  }

  /// The name of its destination; some can share one, since they change nothing there.
  var destinationName: String {
    switch self {
    case .rsyncChecksum, .hashing, .walking: Tool.rsync.rawValue
    default: rawValue
    }
  }

  /// Whether it starts something at the far end.
  var isRemote: Bool { ![.cp, .hashing, .walking].contains(self) }

  /// Whether what goes over the pipe is counted by a relay, the tool not telling.
  var isCountedByRelay: Bool { self == .unison || self == .tar }

  /// Whether this machine has it.
  var isInstalled: Bool {
    let program: String? =
      switch self {
      case .treemend, .hashing, .walking: nil
      case .rsync, .rsyncChecksum: "rsync"
      case .unison, .tar, .cp: rawValue
      }
    guard let program else { return true }
    return (try? ProgramRun("sh", "-c", "command -v \(program)"))?.exitStatus == 0
  }
}
