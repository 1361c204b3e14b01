import Hashing
import TestSupport
import Testing

@testable import Chunks

/// A content of some kind, whose cuts are not where they are in another.
enum ContentKind: CaseIterable, Sendable {
  case random, twoBytes, zeros, oneChunkRepeated, shortPeriod, text

  func content(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix(seed: seed)
    func repeated(_ part: [UInt8]) -> [UInt8] { (0..<count).map { part[$0 % part.count] } }
    switch self {
    case .random: return random.bytes(count)
    case .twoBytes: return random.bytes(count).map { $0 & 1 }
    case .zeros: return [UInt8](repeating: 0, count: count)
    case .oneChunkRepeated:
      let part = random.bytes(70_000)
      return repeated(Array(part[..<Int(ChunkList(of: part).ends[0])]))
    case .shortPeriod: return repeated(random.bytes(100))
    case .text:
      return (0..<count).map { UInt8(ascii: "a") &+ UInt8($0 / 997 % 23) &* UInt8($0 % 2) }
    }
  }
}

@Suite struct ChunkerTests {
  @Test(arguments: [1, 63, 4096, 100_000])
  func `the pieces that a content comes in do not move the cuts`(size: Int) {
    var random = SplitMix(seed: 5)
    let content = random.bytes(300_000)
    var pieces = Chunker()
    for start in stride(from: 0, to: content.count, by: size) {
      pieces.append(content.span.extracting(start..<min(start + size, content.count)))
    }
    #expect(pieces.finish() == ChunkList(of: content))
  }

  @Test(arguments: ContentKind.allCases, SplitMix.seeds)
  func `the cuts are where the published rule puts them`(kind: ContentKind, seed: UInt64) {
    let content = kind.content(250_000, seed: seed)
    let chunks = ChunkList(of: content)
    #expect(chunks.ends == PublishedRule.ends(of: content), "seed \(seed)")
    #expect(chunks.byteCount == 250_000)
    #expect(chunks.byteCounts.dropLast().allSatisfy { (8192...65_536).contains($0) })
    var fingerprint = Fingerprint()
    for chunk in 0..<chunks.count {
      let bytes = chunks.bytes(of: chunk)
      let part = content.span.extracting(Int(bytes.lowerBound)..<Int(bytes.upperBound))
      #expect(chunks.fingerprints[chunk] == fingerprint.of(part.bytes), "seed \(seed)")
    }
  }

  @Test(arguments: [0, 1, 63, 8127, 8128, 8191, 8192, 8193, 65_535, 65_536, 65_537, 131_072])
  func `zeros are cut at the largest size alone`(byteCount: Int) {
    let chunks = ChunkList(of: [UInt8](repeating: 0, count: byteCount))
    #expect(chunks.byteCount == byteCount)
    #expect(chunks.byteCounts.dropLast().allSatisfy { $0 == 65_536 })
    #expect(chunks.count == (byteCount + 65_535) / 65_536)
  }

  /// 64 bytes behind which there may be a cut.
  private static let window: [UInt8] = {
    var random = SplitMix(seed: 6)
    let content = random.bytes(200_000)
    let places = PublishedRule.quietPlaces(of: content)
    let place = places.indices.dropFirst(64).first { places[$0] } ?? 64
    return Array(content[(place - 64)..<place])
  }()

  @Test(arguments: [8192, 8193, 20_000, 65_535, 65_536])
  func `a cut is possible at the smallest size and from there on`(place: Int) {
    let content =
      [UInt8](repeating: 0, count: place - 64) + Self.window + [UInt8](repeating: 0, count: 70_000)
    #expect(ChunkList(of: content).ends.first == Int64(place))
  }

  @Test(arguments: [64, 8128, 8191, 65_537])
  func `no cut is possible elsewhere`(place: Int) {
    let content =
      [UInt8](repeating: 0, count: place - 64) + Self.window + [UInt8](repeating: 0, count: 70_000)
    #expect(ChunkList(of: content).ends.first != Int64(place))
  }

  @Test(arguments: SplitMix.seeds)
  func `behind a cut that has stayed, all cuts stay`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let old = random.bytes(300_000)
    let place = random.below(200_000)
    let inserted = random.bytes(1 + random.below(100))
    let new = old[..<place] + inserted + old[place...]
    let before = ChunkList(of: old).ends
    let after = ChunkList(of: Array(new)).ends
    #expect(before.prefix { $0 <= place } == after.prefix { $0 <= place }, "seed \(seed)")
    let moved = before.filter { $0 > place }.map { $0 + Int64(inserted.count) }
    let rest = after.filter { $0 > place }
    guard let stayed = moved.first(where: { rest.contains($0) }) else { return }
    #expect(moved.filter { $0 >= stayed } == rest.filter { $0 >= stayed }, "seed \(seed)")
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `an insertion makes few new chunks`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let old = random.bytes(500_000)
    let before = Set(ChunkList(of: old).fingerprints)
    for place in [0, 250_000, 499_000] {
      let after = ChunkList(of: old[..<place] + random.bytes(3) + old[place...]).fingerprints
      #expect((1...3).contains(after.filter { !before.contains($0) }.count), "at \(place)")
    }
  }

  @Test func `a content repeated is few chunks repeated`() {
    let content = ContentKind.oneChunkRepeated.content(700_000, seed: 9)
    let chunks = ChunkList(of: content)
    #expect(Set(chunks.fingerprints.dropLast()).count == 1)
    #expect(chunks.count > 9)
  }

  @Test func `a chunker begins anew behind each content`() {
    var random = SplitMix(seed: 8)
    let content = random.bytes(100_000)
    var chunker = Chunker()
    #expect(chunker.finish() == ChunkList())
    for _ in 0..<2 {
      chunker.append(content, first: 99_000)
      #expect(chunker.finish() == ChunkList(of: Array(content[..<99_000])))
    }
    chunker.append(content.span)
    chunker.restart()
    chunker.append(content.span)
    #expect(chunker.finish() == ChunkList(of: content))
  }

  /// Made in Python from the description alone, with the `cryptography` package's GMAC. If another
  /// rule is wanted, the published keys change with it.
  @Test func `a content is cut today as it was yesterday`() {
    var random = SplitMix(seed: 5)
    let chunks = ChunkList(of: random.bytes(300_000))
    #expect(
      chunks.ends == [
        36_881, 62_753, 79_207, 94_260, 119_221, 132_710, 144_024, 186_687, 234_432, 246_999,
        260_717, 276_822, 300_000,
      ])
    #expect(
      chunks.fingerprints == [
        0x23a0_8281_db2c_2e5b, 0x1001_b4ff_847f_26bc, 0xaca3_b134_ba9c_8638,
        0xa6a6_a2b2_3873_44dd, 0x0f3b_c21e_89bf_f7cf, 0x12b8_e04a_6865_5b32,
        0xe0e2_ee55_7a85_7e17, 0xe3af_bb7f_6937_c1f9, 0xa431_c3b8_acb7_4b0d,
        0xa744_9cd1_51c7_96b8, 0x96d5_f4d0_aaab_12b2, 0xc1e3_b8fa_8439_779f,
        0xf9ec_1f22_0497_7788,
      ])
  }
}
