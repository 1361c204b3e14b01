import Merkle
import Replica
import TestSupport
import Testing

@testable import Index

/// Rows depend on their entries alone, and not on how they came to be there.
@Suite struct HistoryTests {
  /// What an index ought to hold.
  private struct Model {
    var entries: [Path: Recorded] = [:]

    var sorted: [Recorded] {
      entries.values.sorted { $0.entry.path < $1.entry.path }
    }

    mutating func take(_ batch: [Recorded]) {
      for recorded in batch { entries[recorded.entry.path] = recorded }
    }
  }

  @Test(arguments: SplitMix.seeds)
  func `rows updated in batches are the rows written anew`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let file = try IndexFile()
    let index = try file.open()
    var model = Model()
    for number in 0..<30 {
      // Single entries, too, and one batch before anything is there.
      let batch = Recorded.batch(number % 3 == 1 ? 1 : random.below(400), using: &random)
      model.take(batch)
      try index.begin()
      try index.update(batch)
      try index.commit()
      if number % 5 == 4 { try expect(index, holds: model, seed) }
    }
    #expect(try index.stored().count > 20)
  }

  @Test(arguments: SplitMix.seeds)
  func `rows kept, dropped and written again are the rows written anew`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var model = Model()
    model.take(Recorded.batch(2000, using: &random))
    let file = try IndexFile(holding: model.sorted)
    let index = try file.open()
    for _ in 0..<4 {
      let rows = try index.rows(from: [], limit: .max)
      var seen: [BucketSummary] = []
      let note: RowWriter.Each = { summary, _ throws(IndexError) in seen.append(summary) }
      try index.begin()
      var writer = RowWriter(to: index)
      for row in rows {
        guard random.below(4) == 0 else {
          try writer.keep(row, each: note)
          continue
        }
        let old = (0..<row.bucket.count).map { row.bucket.run.path(at: $0) }
        try writer.drop(row)
        for path in old {
          model.entries[path] = random.below(3) == 0 ? nil : Recorded(path, using: &random)
        }
        let rest = old.compactMap { model.entries[$0] }
        try writer.append(Bucket(rest[...]), each: note)
      }
      try writer.finish(each: note)
      try index.commit()
      #expect(try index.stored().map(\.summary) == seen, "seed \(seed)")
      try expect(index, holds: model, seed)
    }
  }

  private func expect(_ index: Index, holds model: Model, _ seed: UInt64) throws {
    let file = try IndexFile(holding: model.sorted)
    let anew = try file.open()
    #expect(try index.stored() == anew.stored(), "seed \(seed)")
    #expect(try index.stored().flatMap(\.entries) == model.sorted.map(\.entry), "seed \(seed)")
    for projection in [Projection.state, .content] {
      var builder = TreeBuilder(projection)
      builder.append(Bucket(model.sorted[...]).run)
      #expect(try index.root(projection) == builder.finish().root, "seed \(seed)")
    }
  }
}
