/// A script that takes the place of `ssh` after `-e`: it drops the options and the host and runs
/// the rest here, by a shell, as `sshd` would.
package struct StandInShell: Sendable {
  /// What goes wrong on the way.
  package enum Variant: Sendable {
    /// Nothing.
    case plain
    /// The login prints this first.
    case noisy(String)
    /// The connection ends after so many bytes from the initiator.
    case cutUpstream(afterByteCount: Int)
    /// The connection ends after so many bytes from the responder.
    case cutDownstream(afterByteCount: Int)
    /// After so many bytes from the initiator nothing comes from it any more, and nothing ends; the
    /// responder waits ten seconds for it.
    case stallUpstream(afterByteCount: Int)
    /// The same of the responder's bytes.
    case stallDownstream(afterByteCount: Int)
    /// The arguments go into this file, a line each.
    case recording(String)
    /// The remote host has no such command.
    case commandMissing
    /// There is no such host.
    case hostUnknown
    /// The remote command runs below these words.
    case wrapped(String)
  }

  /// The script's file.
  package let path: String

  /// Writes the script into `directory`.
  package init(_ variant: Variant = .plain, in directory: TemporaryDirectory) throws {
    path = directory.appending("stand-in-shell")
    let run = #"sh -c "$command""#
    let patient = #"sh -c "$command --timeout=10""#
    let body =
      switch variant {
      case .plain, .recording: "exec \(run)"
      case .noisy(let text): "printf '%b' \(text.quoted)\nexec \(run)"
      case .cutUpstream(let byteCount): "\(Self.relay(byteCount)) | \(run)"
      case .cutDownstream(let byteCount): "\(run) | \(Self.relay(byteCount))"
      case .stallUpstream(let byteCount):
        "{ \(Self.relay(byteCount)); exec sleep 60; } | \(patient)"
      case .stallDownstream(let byteCount):
        "\(patient) | { \(Self.relay(byteCount)); exec sleep 60; }"
      case .commandMissing: "echo 'sh: 1: treemend: not found' >&2\nexit 127"
      case .hostUnknown: "echo \"ssh: Could not resolve hostname $host\" >&2\nexit 255"
      case .wrapped(let words): #"exec \#(words) sh -c "exec $command""#
      }
    var record = ":"
    if case .recording(let file) = variant { record = "printf '%s\\n' \"$@\" >\(file.quoted)" }
    try makeScript(
      path,
      #"""
      #!/bin/sh
      \#(record)
      while [ $# -gt 0 ]; do
        case $1 in
        --) shift; break ;;
        -[bcDEeFIiJLlmOopQRSWw]) shift 2 ;;
        -*) shift ;;
        *) break ;;
        esac
      done
      host=$1
      shift
      command=$*
      PATH=\#(Binary.directory.quoted):$PATH
      \#(body)

      """#)
  }

  /// Copies standard input unbuffered until `byteCount` bytes have passed.
  private static func relay(_ byteCount: Int) -> String {
    "dd bs=1 count=\(byteCount) status=none"
  }
}

extension String {
  /// The text as one word of a shell command.
  package var quoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
