package import Glibc

/// Creates a directory; one that is there is fine.
package func makeDirectory(_ path: [UInt8]) throws {
  guard mkdir(path.cString, 0o755) == 0 || errno == EEXIST else {
    throw SystemFailure("mkdir \(path.escaped)")
  }
}

/// Creates or replaces the content of a file.
package func makeFile(_ path: [UInt8], content: [UInt8]) throws {
  let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
  let descriptor = open(path.cString, flags, 0o644)
  guard descriptor >= 0 else { throw SystemFailure("open \(path.escaped)") }
  defer { close(descriptor) }
  guard write(descriptor, content, content.count) == content.count else {
    throw SystemFailure("write \(path.escaped)")
  }
}

/// Creates or replaces the content of a file with text.
package func makeFile(_ path: String, _ text: String) throws {
  try makeFile(Array(path.utf8), content: Array(text.utf8))
}

/// Makes a file that can be run. Another process writes it: one that another test starts meanwhile would
/// hold it open for writing for a moment, in which it could not be run (`ETXTBSY`).
package func makeScript(_ path: String, _ text: String) throws {
  let run = try ProgramRun(
    "sh", ["-c", #"cat >"$0" && chmod 755 "$0""#, path], input: Array(text.utf8))
  guard run.ending == .exited(0) else { throw FailedSetUp(program: "sh", run: run) }
}

/// Sets the permission bits of a file or directory.
package func setMode(_ path: [UInt8], _ mode: mode_t) throws {
  guard chmod(path.cString, mode) == 0 else { throw SystemFailure("chmod \(path.escaped)") }
}

/// Sets the modification time of a file or link, given as seconds and nanoseconds since 1970.
package func touch(_ path: [UInt8], _ time: (seconds: Int, nanoseconds: Int)) throws {
  let stamp = timespec(tv_sec: time.seconds, tv_nsec: time.nanoseconds)
  guard utimensat(AT_FDCWD, path.cString, [stamp, stamp], AT_SYMLINK_NOFOLLOW) == 0 else {
    throw SystemFailure("utimensat \(path.escaped)")
  }
}

/// Joins a path and a name.
package func / (path: [UInt8], name: String) -> [UInt8] {
  path + [UInt8(ascii: "/")] + Array(name.utf8)
}
