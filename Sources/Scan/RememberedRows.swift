internal import DequeModule
internal import FileSystem
internal import Replica

/// The rows of the index in key order, read ahead so that others can look at what they hold.
struct RememberedRows {
  /// How many entries a page has, but for its last row, and how many pages are read ahead.
  private static let pageEntryCount = 1024
  private static let pageCount = 8

  private let index: any ScanIndex
  private let walk: Walk
  private var isAtEnd = false
  private var pages: Deque<RememberedPage> = []
  /// The last page that was read.
  private var last: RememberedPage?
  private var current: RememberedPage?
  private var rowIndex = 0

  init(_ index: any ScanIndex, _ walk: Walk) {
    self.index = index
    self.walk = walk
  }

  /// The next row, or nil behind the last.
  mutating func next(using listing: inout Listing) throws -> RememberedRow? {
    while pages.count < Self.pageCount, try readPage() {}
    if current.map({ rowIndex == $0.rows.count }) ?? true {
      guard let page = pages.popFirst() else { return nil }
      walk.finish(page, using: &listing)
      current = page
      rowIndex = 0
    }
    defer { rowIndex += 1 }
    return current?.rows[rowIndex]
  }

  /// Reads one more page; returns false behind the last.
  private mutating func readPage() throws -> Bool {
    var buckets: [Bucket] = []
    var entryCount = 0
    while !isAtEnd, entryCount < Self.pageEntryCount {
      guard let bucket = try index.nextRow() else {
        isAtEnd = true
        break
      }
      buckets.append(bucket)
      entryCount += bucket.count
    }
    guard !buckets.isEmpty else { return false }
    let page = RememberedPage(
      buckets, behind: last, trustsStamps: walk.options.trustsStamps)
    pages.append(page)
    last = page
    walk.add(page)
    return true
  }
}
