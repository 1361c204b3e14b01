internal import Index
internal import Replica

/// Goes through the rows of an index in key order, a page at a time.
///
/// Meanwhile a row that was given may be replaced by one that begins with the same key; those behind
/// it may not change.
struct RowCursor {
  private static let pageCount = 64

  private let index: Index
  private var page: ArraySlice<BucketRow> = []
  private var nextKey: [UInt8]? = []

  init(_ index: Index) {
    self.index = index
  }

  /// The next row, or nil behind the last.
  mutating func next() throws(IndexError) -> BucketRow? {
    if page.isEmpty, let key = nextKey {
      page = try index.rows(from: key, limit: Self.pageCount)[...]
      nextKey = page.last.map { $0.summary.firstKey + [0] }
    }
    return page.popFirst()
  }
}
