import Glibc
import Replica
import Synchronization
import TestSupport
import Testing

@testable import FileSystem

@Suite struct FileTests {
  let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// The two ends of a new pipe.
  func makePipe() throws -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  /// A megabyte of bytes that differ.
  static let content = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }

  @Test func `a read goes on until the buffer is full or the file ends`() throws {
    let ends = try makePipe()
    let source = File(Descriptor(owning: ends.reading))
    let writer = Background(once: {
      for start in stride(from: 0, to: Self.content.count, by: 1000) {
        Self.content[start...].prefix(1000).withUnsafeBytes {
          _ = write(ends.writing, $0.baseAddress, $0.count)
        }
      }
      close(ends.writing)
    })
    defer { writer.stop() }
    var buffer = [UInt8](repeating: 0, count: 1_000_000)
    #expect(try source.read(into: &buffer) == buffer.count)
    #expect(buffer.elementsEqual(Self.content.prefix(buffer.count)))
    #expect(try source.read(into: &buffer) == Self.content.count - buffer.count)
    #expect(try source.read(into: &buffer) == 0)
  }

  @Test func `a write goes on when signals cut it short`() throws {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    try #require(sigaction(SIGUSR2, &action, nil) == 0)
    // Threads of a pool take no signals unless told to.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    defer { pthread_sigmask(SIG_BLOCK, &signals, nil) }
    let ends = try makePipe()
    let destination = File(Descriptor(owning: ends.writing))
    let thread = UInt(pthread_self())
    let received = Atomic(0)
    let reader = Background(once: {
      var buffer = [UInt8](repeating: 0, count: 10_000)
      var sum = 0
      while sum < Self.content.count {
        pthread_kill(pthread_t(thread), SIGUSR2)
        let count = read(ends.reading, &buffer, buffer.count)
        if count <= 0 || !buffer[..<count].elementsEqual(Self.content[sum...].prefix(count)) {
          break
        }
        sum += count
      }
      close(ends.reading)
      received.store(sum, ordering: .relaxed)
    })
    try destination.write(Self.content.span.bytes)
    try destination.close()
    reader.stop()
    #expect(received.load(ordering: .relaxed) == Self.content.count)
  }

  @Test func `what is written is read, in order or from a place`() throws {
    let directory = try temporary.root().top()
    let written = try directory.createFile("file".utf8, mode: 0o600)
    try written.write(Array("hello ".utf8).span.bytes)
    try written.write(Array("world".utf8).span.bytes)
    try written.setMode(0o640)
    try written.setModified(1_000_000_000_000_000_001)
    let status = try written.status()
    try written.close()
    #expect(status.mode == 0o640 && status.size == 11 && status.linkCount == 1)
    #expect(status.modified == 1_000_000_000_000_000_001)

    let file = try directory.openFile("file".utf8)
    #expect(file.statusAtOpening == status)
    var buffer = [UInt8](repeating: 0, count: 5)
    #expect(try file.read(into: &buffer, at: 6) == 5)
    #expect(buffer == Array("world".utf8))
    #expect(try file.read(into: &buffer) == 5)
    #expect(buffer == Array("hello".utf8))
  }

  @Test func `a file is cut and extended`() throws {
    let directory = try temporary.root().top()
    let file = try directory.createFile("file".utf8, mode: 0o600)
    try file.write(Array("hello".utf8).span.bytes)
    try file.truncate(to: 2)
    try file.truncate(to: 4)
    #expect(try directory.text(of: "file".utf8) == "he\0\0")
  }

  @Test func `what is written somewhere is there, and moves nothing`() throws {
    let directory = try temporary.root().top()
    let file = try directory.createFile("file".utf8, mode: 0o600)
    try file.write(Array("ab".utf8).span.bytes)
    try file.write(Array("xy".utf8).span.bytes, at: 4)
    try file.write(Array("c".utf8).span.bytes)
    #expect(try directory.text(of: "file".utf8) == "abc\0xy")
  }

  @Test(.enabled(if: Mount.canShareBlocks, "needs root and btrfs"))
  func `a clone has the content of a part of its source`() throws {
    let mount = try Mount.sharingBlocks()
    #expect(try clone(4096, in: mount.directory) == nil)
    let text = try mount.directory.root().top().text(of: "file".utf8)
    #expect(text == String(repeating: "\u{7}", count: 4096))
  }

  @Test(.enabled(if: Mount.canShareBlocks, "needs root and btrfs"))
  func `half a block cannot be cloned`() throws {
    let mount = try Mount.sharingBlocks()
    #expect(try clone(2048, in: mount.directory) == EINVAL)
  }

  @Test(.enabled(if: Mount.canLoop, "needs root and a loop device to mount an image"))
  func `a file system that cannot clone says so`() throws {
    let mount = try Mount(ext4With: [])
    #expect(try clone(4096, in: mount.directory) == EOPNOTSUPP)
  }

  /// Clones from the second block of a file into a new one; returns the `errno` if that fails.
  private func clone(_ byteCount: Int64, in mounted: TemporaryDirectory) throws -> CInt? {
    let directory = try mounted.root().top()
    try directory.write(
      String(repeating: "\u{6}", count: 4096) + String(repeating: "\u{7}", count: 4096),
      to: "source".utf8)
    let source = try directory.openFile("source".utf8)
    let file = try directory.createFile("file".utf8, mode: 0o600)
    return failure { () throws(SystemError) in
      try file.clone(byteCount, of: source, at: 4096, to: 0)
    }
  }

  @Test func `a full device is an error, not a short file`() throws {
    let full = try Root(openingDirectoryAt: Array("/dev".utf8)).top()
    let file = File(
      try Descriptor(opening: Name("full".utf8, for: "openat"), in: full.descriptor, O_WRONLY))
    let bytes: [UInt8] = [1]
    #expect(
      failure { () throws(SystemError) in try file.write(bytes.span.bytes) } == ENOSPC)
  }

  @Test(.enabled(if: Mount.isAllowed, "needs root to mount a tmpfs"))
  func `a file system that fills up within a write is an error`() throws {
    let mount = try Mount(tmpfsOfByteCount: 512 * 1024)
    let file = try mount.directory.root().top().createFile("file".utf8, mode: 0o600)
    #expect(
      failure { () throws(SystemError) in try file.write(Self.content.span.bytes) } == ENOSPC)
    #expect(try file.status().size <= 512 * 1024)
  }
}
