internal import Glibc

/// Starts a program in a session of its own, with no signal ignored or blocked, and returns its
/// process id (the C function `posix_spawnp(3)`).
func spawn(
  _ words: [String], environment: [String: String], streams: [Int32]
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for (number, stream) in streams.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
  }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  // `POSIX_SPAWN_SETSID` (0x80) is behind a macro that Swift does not see.
  let flags = 0x80 | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
  posix_spawnattr_setflags(&attributes, Int16(flags))

  var processID: pid_t = 0
  let code = withCStrings(words) { arguments in
    withCStrings(environment.map { "\($0)=\($1)" }) { variables in
      posix_spawnp(&processID, words[0], &actions, &attributes, arguments, variables)
    }
  }
  guard code == 0 else { throw SystemFailure("start \(words[0])", code: code) }
  return processID
}

/// Returns a file in memory that has no name, its offset at the start.
func memoryFile(holding bytes: [UInt8] = []) throws -> Int32 {
  // `O_TMPFILE`, which is behind a macro that Swift does not see.
  let unnamed = 0o20_000_000 | O_DIRECTORY
  let descriptor = open("/dev/shm", O_RDWR | O_CLOEXEC | unnamed, 0o600)
  guard descriptor >= 0 else { throw SystemFailure("open /dev/shm") }
  guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
    throw SystemFailure("pwrite")
  }
  return descriptor
}

/// Returns all bytes of the file behind `descriptor`, whatever its offset.
func contents(of descriptor: Int32) throws -> [UInt8] {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw SystemFailure("fstat") }
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  var filled = 0
  while filled < bytes.count {
    let count = bytes.withUnsafeMutableBytes { buffer in
      pread(
        descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(filled))
    }
    guard count >= 0 else { throw SystemFailure("pread") }
    if count == 0 { break }
    filled += count
  }
  return Array(bytes.prefix(filled))
}

/// Calls `body` with `strings` as C programs take them: pointers, the last one null.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
