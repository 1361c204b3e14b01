import Chunks
import Hashing
import Replica
import Scan

/// An index in memory, which remembers what a scan did to its rows.
final class MemoryIndex: ScanIndex {
  /// The chunks that were to be kept.
  private(set) var chunks: [Path: (list: ChunkList, digest: Digest)] = [:]

  func keep(_ chunks: ChunkList, of path: Path, _ digest: Digest) {
    self.chunks[path] = (chunks, digest)
  }

  /// What a scan did to a row, by the row's number, or how many entries it went on with.
  enum Step: Equatable {
    case kept(Int)
    case dropped(Int)
    case appended(Int)
  }

  /// The rows of the next scan.
  var rows: [Bucket] = []
  /// What the last scan did.
  private(set) var steps: [Step] = []
  private var result: [Bucket] = []
  private var position = 0
  private var toldCount = 0

  func nextRow() -> Bucket? {
    guard position < rows.count else { return nil }
    position += 1
    return rows[position - 1]
  }

  func keepRow() {
    steps.append(.kept(toldCount))
    result.append(rows[toldCount])
    toldCount += 1
  }

  func dropRow() {
    steps.append(.dropped(toldCount))
    toldCount += 1
  }

  func append(_ bucket: Bucket) {
    steps.append(.appended(bucket.count))
    if !bucket.isEmpty { result.append(bucket) }
  }

  /// Begins a scan.
  func begin() {
    (position, toldCount, steps, result) = (0, 0, [], [])
  }

  /// Ends a scan: what it wrote becomes what is remembered.
  func end() {
    rows = result
  }

  /// Remembers the same entries, `count` to a row.
  func regroup(by count: Int) {
    var regrouped: [Bucket] = []
    for bucket in rows {
      for index in 0..<bucket.count {
        if regrouped.isEmpty || regrouped[regrouped.count - 1].count == count {
          regrouped.append(Bucket())
        }
        regrouped[regrouped.count - 1].append(entryAt: index, of: bucket)
      }
    }
    rows = regrouped
  }

  /// The entries of all rows, in the order of the rows.
  var entries: [Entry] {
    rows.flatMap { bucket in (0..<bucket.count).map { bucket.run.entry(at: $0) } }
  }

  /// The stamps of all rows.
  var stamps: [Stamp] { rows.flatMap(\.stamps) }

  /// Changes what is remembered; rows that lose their last entry go.
  func edit(_ change: (inout EditedRows) -> Void) {
    var edited = EditedRows(rows)
    change(&edited)
    rows = edited.buckets
  }
}

/// Rows as a test changes them.
struct EditedRows {
  private var rows: [[(entry: Entry, stamp: Stamp)]]

  fileprivate init(_ buckets: [Bucket]) {
    rows = buckets.map { bucket in
      (0..<bucket.count).map { (bucket.run.entry(at: $0), bucket.stamps[$0]) }
    }
  }

  fileprivate var buckets: [Bucket] {
    rows.filter { !$0.isEmpty }.map { entries in
      var bucket = Bucket()
      for (entry, stamp) in entries {
        bucket.append(
          key: entry.path.key.span, attributes: entry.attributes, vector: entry.vector,
          stamp: stamp)
      }
      return bucket
    }
  }

  private static func path(_ text: String) -> Path {
    Path(uncheckedKey: Array(text.utf8).map { $0 == UInt8(ascii: "/") ? Path.separator : $0 })
  }

  mutating func remove(_ text: String) {
    let path = Self.path(text)
    for row in rows.indices { rows[row].removeAll { $0.entry.path == path } }
  }

  /// Adds an entry with the attributes of `former`, right behind that or another.
  mutating func insert(_ text: String, like former: String, behind place: String? = nil) {
    let copied = Self.path(former)
    guard let entry = rows.joined().first(where: { $0.entry.path == copied })?.entry else { return }
    let copy = Entry(path: Self.path(text), attributes: entry.attributes, vector: entry.vector)
    let place = Self.path(place ?? former)
    for row in rows.indices {
      guard let index = rows[row].firstIndex(where: { $0.entry.path == place }) else { continue }
      rows[row].insert((copy, .unknown), at: index + 1)
    }
  }

  mutating func forgetStamp(of path: Path) {
    for row in rows.indices {
      for index in rows[row].indices where rows[row][index].entry.path == path {
        rows[row][index].stamp = .none
      }
    }
  }
}
