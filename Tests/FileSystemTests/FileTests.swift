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
    try written.sync()
    let status = try written.status()
    try written.close()
    #expect(status.mode == 0o640 && status.size == 11 && status.linkCount == 1)
    #expect(status.modified == 1_000_000_000_000_000_001)

    let file = try directory.openFile("file".utf8)
    #expect(file.statusAtOpening == status)
    var buffer = [UInt8](repeating: 0, count: 5)
    var span = buffer.mutableSpan
    #expect(try file.read(into: &span, at: 6) == 5)
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

  @Test func `a range is copied as far as the source goes`() throws {
    let directory = try temporary.root().top()
    let source = try directory.createFile("source".utf8, mode: 0o600)
    try source.write(Self.content.span.bytes)
    let file = try directory.createFile("file".utf8, mode: 0o600)
    let reading = try directory.openFile("source".utf8)
    let count = try file.copy(2 * Self.content.count, from: reading, at: 48, to: 100)
    #expect(count == Self.content.count - 48)
    var buffer = [UInt8](repeating: 1, count: count + 101)
    #expect(try directory.openFile("file".utf8).read(into: &buffer) == count + 100)
    #expect(buffer[100..<(100 + count)].elementsEqual(Self.content[48...]))
  }

  @Test func `a clone has its source's content, or the file system cannot`() throws {
    let directory = try temporary.root().top()
    try directory.write("content", to: "source".utf8)
    let source = try directory.openFile("source".utf8)
    let file = try directory.createFile("file".utf8, mode: 0o600)
    if let code = failure({ () throws(SystemError) in try file.clone(from: source) }) {
      #expect([EOPNOTSUPP, EXDEV, EINVAL].contains(code))
    } else {
      #expect(try directory.text(of: "file".utf8) == "content")
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
