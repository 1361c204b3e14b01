internal import Index
internal import Replica

/// Reads a ledger a page at a time.
struct LedgerCursor {
  private let ledger: Ledger
  private var page: ArraySlice<Ledger.Difference> = []
  private var lastKey: [UInt8] = []
  private var isAtEnd = false

  init(_ ledger: Ledger) {
    self.ledger = ledger
  }

  mutating func peek() throws(IndexError) -> Ledger.Difference? {
    if page.isEmpty, !isAtEnd {
      page = try ledger.differences(after: lastKey)[...]
      lastKey = page.last?.path.key ?? lastKey
      isAtEnd = page.isEmpty
    }
    return page.first
  }

  mutating func take() throws(IndexError) -> Ledger.Difference? {
    _ = try peek()
    return page.popFirst()
  }
}
