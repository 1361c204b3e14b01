internal import CLinux
internal import Glibc

/// A regular file that is open for reading or, when it was just created, for writing, too.
package struct File: ~Copyable, Sendable {
  private let opened: Descriptor

  /// The status when it was opened; nil for a file that was created, or opened as one that was seen.
  package let statusAtOpening: Status?

  /// Takes over a descriptor that is known to be a file's, or that nobody relies on to be one.
  init(_ descriptor: consuming Descriptor) {
    opened = descriptor
    statusAtOpening = nil
  }

  /// Takes over a descriptor from `openat` with `readingFlags`, or throws if it is no file's.
  init(confirming descriptor: consuming Descriptor) throws(SystemError) {
    let status = try descriptor.status()
    try Self.requireFile(status)
    opened = descriptor
    statusAtOpening = status
  }

  /// Flags that block on no FIFO, take no terminal, and leave a regular file as it is.
  static let readingFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY

  /// Throws `ELOOP` for a link, `EISDIR` for a directory and `EINVAL` for a special file.
  static func requireFile(_ status: Status) throws(SystemError) {
    switch status.kind {
    case .file: return
    case .link: throw SystemError(call: "openat", code: ELOOP)
    case .directory: throw SystemError(call: "openat", code: EISDIR)
    case .special: throw SystemError(call: "openat", code: EINVAL)
    }
  }

  /// The descriptor's number, which is this value's to close.
  package var descriptor: CInt { opened.number }

  /// The status now.
  package func status() throws(SystemError) -> Status {
    try opened.status()
  }

  /// Reads from where the last such read ended until `buffer` is full, `limit` bytes are read, or the
  /// file ends; returns the number of bytes. The array keeps its size.
  package func read(
    into buffer: inout [UInt8], atMost limit: Int = .max
  ) throws(SystemError) -> Int {
    try fill(&buffer, atMost: limit) { unsafe Glibc.read(opened.number, $0, $1) }
  }

  /// Reads as `read(into:atMost:)` does, but from `offset` on; where that reads next does not change.
  package func read(
    into buffer: inout [UInt8], atMost limit: Int = .max, at offset: Int64
  ) throws(SystemError) -> Int {
    var position = offset
    return try fill(&buffer, atMost: limit) { start, count in
      let result = unsafe pread(opened.number, start, count, off_t(position))
      if result > 0 { position += Int64(result) }
      return result
    }
  }

  private func fill(
    _ buffer: inout [UInt8], atMost limit: Int, _ read: (UnsafeMutableRawPointer, Int) -> Int
  ) throws(SystemError) -> Int {
    var span = buffer.mutableSpan
    // SAFETY: `read` writes below `wanted - done` bytes from where it is told to, and no more are
    // wanted than there are.
    return try unsafe span.withUnsafeMutableBytes { bytes throws(SystemError) in
      guard let start = bytes.baseAddress else { return 0 }
      let wanted = min(bytes.count, limit)
      var done = 0
      while done < wanted {
        let count = try systemCall("read") { unsafe read(start + done, wanted - done) }
        if count == 0 { break }
        done += count
      }
      return done
    }
  }

  /// Writes all of `bytes` where the last write ended.
  package func write(_ bytes: RawSpan) throws(SystemError) {
    try drain(bytes) { start, _, count in unsafe Glibc.write(opened.number, start, count) }
  }

  /// Writes all of `bytes` from `offset` on; where the next `write(_:)` begins does not change.
  package func write(_ bytes: RawSpan, at offset: Int64) throws(SystemError) {
    try drain(bytes) { start, done, count in
      unsafe pwrite(opened.number, start, count, off_t(offset + Int64(done)))
    }
  }

  private func drain(
    _ bytes: RawSpan, _ write: (UnsafeRawPointer, Int, Int) -> Int
  ) throws(SystemError) {
    // SAFETY: the call reads `count - done` bytes of the span and keeps no pointer.
    try unsafe bytes.withUnsafeBytes { bytes throws(SystemError) in
      guard let start = bytes.baseAddress else { return }
      var done = 0
      while done < bytes.count {
        let count = try systemCall("write") {
          unsafe write(start + done, done, bytes.count - done)
        }
        guard count > 0 else { throw SystemError(call: "write", code: EIO) }
        done += count
      }
    }
  }
}

extension File {
  /// Makes `count` bytes from `sourceOffset` in `source` this file's at `offset`, sharing their blocks
  /// (`ioctl(2)` FICLONERANGE).
  ///
  /// Throws `EOPNOTSUPP` or `EXDEV` where the file system cannot, and `EINVAL` for what are not whole
  /// blocks.
  package func clone(
    _ count: Int64, of source: borrowing File, at sourceOffset: Int64, to offset: Int64
  ) throws(SystemError) {
    let from = source.descriptor
    _ = try systemCall("FICLONERANGE") {
      linux_clone_range(
        from, UInt64(sourceOffset), descriptor, UInt64(offset), UInt64(count))
    }
  }

  /// Has the system begin to write a range to the disk, so that less is left to be waited for
  /// (`sync_file_range(2)`).
  package func startWriting(_ range: Range<Int64>) {
    // It makes nothing durable, and nothing depends on it.
    _ = linux_start_writing(descriptor, range.lowerBound, Int64(range.count))
  }

  /// Sets the permission and set-id bits.
  package func setMode(_ mode: UInt16) throws(SystemError) {
    try opened.setMode(mode)
  }

  /// Sets the time of modification, in nanoseconds since 1970.
  package func setModified(_ nanoseconds: Int64) throws(SystemError) {
    try opened.setModified(nanoseconds)
  }

  /// Cuts the file to, or extends it with zeros to, `size` bytes.
  package func truncate(to size: Int64) throws(SystemError) {
    _ = try systemCall("ftruncate") { ftruncate(descriptor, off_t(size)) }
  }

  /// Closes the file and reports an error of earlier writes that only closing shows.
  package consuming func close() throws(SystemError) {
    try opened.close()
  }
}
