internal import FileSystem

/// A file that is written from its beginning on, with holes where its content has pages of zeros.
struct SparseFile: ~Copyable {
  /// The size and the alignment of what may be a hole, and of what can be shared, in bytes.
  static let pageByteCount = 4096
  /// The least that is worth sharing, in bytes.
  private static let sharedByteCount: Int64 = 64 * 1024
  /// How much is written before the disk is to begin with it, in bytes.
  private static let startedByteCount: Int64 = 8 << 20

  let file: File
  /// How many bytes the content has so far.
  private(set) var byteCount: Int64 = 0
  /// How many of them the file has: fewer if it is to end in a hole.
  private var extent: Int64 = 0
  /// How far the disk has been told to begin.
  private var started: Int64 = 0
  /// Whether it is told at all, since somebody will wait for it.
  private let startsWriting: Bool
  /// Whether it can share blocks with other files, as far as is known.
  private(set) var canShare = true

  init(_ file: consuming File, startsWriting: Bool) {
    self.file = file
    self.startsWriting = startsWriting
  }

  /// Appends the first `count` of `bytes`.
  mutating func append(_ bytes: [UInt8], first count: Int) throws(SystemError) {
    let bytes = bytes.span
    var start = 0
    var end = 0
    while end < count {
      let next = min(count, end + Self.pageByteCount - (Int(byteCount) + end) % Self.pageByteCount)
      // Half a page of zeros may be a hole with the other half, and costs nothing if it is none.
      if bytes.extracting(end..<next).isZero {
        try write(bytes.extracting(start..<end), at: byteCount + Int64(start))
        start = next
      }
      end = next
    }
    try write(bytes.extracting(start..<end), at: byteCount + Int64(start))
    byteCount += Int64(count)
  }

  private mutating func write(_ bytes: Span<UInt8>, at offset: Int64) throws(SystemError) {
    guard !bytes.isEmpty else { return }
    try file.write(bytes.bytes, at: offset)
    extent = offset + Int64(bytes.count)
    if startsWriting, extent - started >= Self.startedByteCount {
      file.startWriting(started..<extent)
      started = extent
    }
  }

  /// Whether the next byte is the first of a page.
  var isAtPage: Bool { byteCount % Int64(Self.pageByteCount) == 0 }

  /// Shares whole blocks of another file from `offset` on, of at most `byteCount` bytes, if that can be
  /// and is worth it; returns how many bytes.
  mutating func share(_ byteCount: Int64, of basis: Basis?, at offset: Int64) -> Int64 {
    let page = Int64(Self.pageByteCount)
    let shared = byteCount - byteCount % page
    guard canShare, let basis, shared >= Self.sharedByteCount, isAtPage,
      offset % page == 0
    else { return 0 }
    do {
      try file.clone(shared, of: basis.file, at: offset, to: self.byteCount)
    } catch {
      // What cannot be shared is copied.
      canShare = false
      return 0
    }
    self.byteCount += shared
    extent = self.byteCount
    return shared
  }

  /// Reads what has been appended, from `offset` on; returns how many bytes there were.
  mutating func read(
    into buffer: inout [UInt8], atMost limit: Int, at offset: Int64
  ) throws(SystemError) -> Int {
    try extend()
    return try file.read(into: &buffer, atMost: limit, at: offset)
  }

  /// Closes the file, which must have been extended.
  consuming func close() throws(SystemError) {
    try file.close()
  }

  /// Gives the file the size of its content.
  mutating func extend() throws(SystemError) {
    guard extent < byteCount else { return }
    try file.truncate(to: byteCount)
    extent = byteCount
  }
}

extension Span<UInt8> {
  /// Whether there are only zeros.
  fileprivate var isZero: Bool {
    guard !isEmpty, self[0] == 0, self[count - 1] == 0 else { return false }
    var union: UInt8 = 0
    for index in indices { union |= self[index] }
    return union == 0
  }
}
