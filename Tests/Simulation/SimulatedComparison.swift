import Exchange
import Index
import Merkle
import Reconcile
import Replica
import Wire

/// The real comparison of two real trees over entries in memory.
struct SimulatedComparison: Differences {
  private let differences: [(path: Path, entries: Pair<Entry?>)]
  private let all: Pair<[Path: Entry]>
  /// Whether both ends hold the same.
  let isEqual: Bool

  /// Entries in memory, and the tree over them.
  private struct Holder: EntrySource {
    let tree: Tree
    let run: EntryRun

    init(_ recorded: [Recorded]) {
      var run = EntryRun()
      for entry in recorded { run.append(entry.entry) }
      var builder = TreeBuilder(.state)
      builder.append(run)
      tree = builder.finish()
      self.run = run
    }

    func entries(inBuckets buckets: Range<Int>) -> EntryRun {
      let first = tree.entryCount(inBuckets: 0..<buckets.lowerBound)
      var selection = EntryRun()
      for index in first..<(first + tree.entryCount(inBuckets: buckets)) {
        selection.append(entryAt: index, of: run)
      }
      return selection
    }
  }

  init(source: [Recorded], destination: [Recorded]) throws {
    let (mine, theirs) = (Holder(source), Holder(destination))
    isEqual = mine.tree.root == theirs.tree.root
    var pair = Pair<[Path: Entry]>(source: [:], destination: [:])
    for entry in source { pair.source[entry.entry.path] = entry.entry }
    for entry in destination { pair.destination[entry.entry.path] = entry.entry }
    all = pair
    var paths: Set<Path> = []
    func take(_ findings: [Finding]) {
      for finding in findings {
        switch finding {
        case .mine(let run), .theirs(let run):
          for index in 0..<run.count { paths.insert(run.path(at: index)) }
        case .mineInBuckets(let buckets):
          let run = mine.entries(inBuckets: buckets)
          for index in 0..<run.count { paths.insert(run.path(at: index)) }
        }
      }
    }
    take(
      Initiator<Holder>.initialFindings(
        tree: mine.tree, theirEntryCount: theirs.tree.entryCount))
    var initiator = try Initiator(
      tree: mine.tree, entries: mine, nonce: CompareRequest.Nonce(first: 1, second: 2),
      theirRoot: theirs.tree.root, theirEntryCount: theirs.tree.entryCount)
    var responder = Responder(tree: theirs.tree, entries: theirs)
    while !initiator.isDone {
      guard let request = initiator.nextRequest() else { throw Violation(0, "no request") }
      let answer = try responder.answer(try CompareRequest(payload: request.payload))
      take(try initiator.receive(try Answer.decode(payload: answer.payload)))
    }
    differences = paths.sorted().map { path in
      (path, Pair(source: pair.source[path], destination: pair.destination[path]))
    }
    let missed = Set(pair.source.keys).union(pair.destination.keys).filter {
      pair.source[$0] != pair.destination[$0] && !paths.contains($0)
    }
    guard missed.isEmpty else { throw Violation(14, "the comparison misses \(missed)") }
  }

  func forEach(_ body: (Path, Pair<Entry?>) throws -> Void) throws {
    for difference in differences { try body(difference.path, difference.entries) }
  }

  func entries(at path: Path) -> Pair<Entry?> {
    Pair(source: all.source[path], destination: all.destination[path])
  }
}
