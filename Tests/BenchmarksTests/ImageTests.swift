import Foundation
import TestSupport
import Testing

@testable import bench

/// What a workload does to its large file.
@Suite struct ImageTests {
  private static let byteCount = 100_001

  private func content(_ site: Site) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: site.image)))
  }

  private func site() throws -> Site {
    try Site(largeFiles: 1, byteCount: Self.byteCount, below: "/tmp")
  }

  @Test func `an image is the same each time, and so is what happens to it`() throws {
    let changes: [(Site) throws -> Void] = [
      { try $0.overwritePages(3, seed: 1) }, { try $0.overwriteByte(seed: 2) },
      { try $0.insert(100, seed: 3) }, { try $0.append(1_000, seed: 4) }, { try $0.swapHalves() },
      { try $0.moveImage(toDirectory: "moved") },
    ]
    let (one, other) = (try site(), try site())
    for change in changes {
      try change(one)
      try change(other)
      #expect(try content(one) == content(other))
    }
    #expect(one.image.hasSuffix("source/moved/image-0.raw"))
    #expect(try content(one).count == Self.byteCount + 1_100)
  }

  @Test func `pages are overwritten, and one byte`() throws {
    let site = try site()
    let before = try content(site)
    try site.overwritePages(3, seed: 1)
    let after = try content(site)
    let pages = Set(before.indices.filter { before[$0] != after[$0] }.map { $0 / 4_096 })
    #expect(after.count == before.count && (1...3).contains(pages.count))
    try site.overwriteByte(seed: 1)
    #expect(try zip(content(site), after).count { $0 != $1 } == 1)
  }

  @Test func `bytes come in front of all, and behind`() throws {
    let site = try site()
    let before = try content(site)
    try site.insert(100, seed: 1)
    #expect(try content(site).dropFirst(100) == before[...])
    try site.append(50, seed: 2)
    #expect(try content(site).dropFirst(100).dropLast(50) == before[...])
  }

  @Test func `halves are swapped`() throws {
    let site = try site()
    let before = try content(site)
    try site.swapHalves()
    let half = Self.byteCount / 2
    let swapped = Array(before.dropFirst(half)) + Array(before.prefix(half))
    #expect(try content(site) == swapped)
  }

  @Test func `an archive keeps its names, and every tenth file is edited`() throws {
    let site = try Site(archiveByteCount: 2_000_000, below: "/tmp", from: ContentPool())
    let before = try members(of: site)
    try site.renewArchive(seed: 1)
    let after = try members(of: site)
    #expect(before.keys == after.keys)
    let count = try #require(site.archive).fileCount
    let edited = before.keys.count { before[$0] != after[$0] }
    #expect((count / 10)...(count / 10 + 1) ~= edited && edited > 10)
  }

  /// The files of the archive with their sizes.
  private func members(of site: Site) throws -> [Substring: Substring] {
    let list = try ProgramRun("tar", "-tvf", site.image).text.split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: list.compactMap { line in
        let words = line.split(separator: " ")
        return line.hasPrefix("-") ? (words[5], words[2]) : nil
      })
  }

  @Test func `what differs from the source is found out`() throws {
    let site = try site()
    try site.copy(for: .rsync)
    try site.verify(.rsync)
    try site.overwriteByte(seed: 1)
    #expect(throws: FailedSetUp.self) { try site.verify(.rsync) }
  }

  @Test func `a file of one block and holes has its size`() throws {
    let site = try Site(repeatedByteCount: 3 << 20, below: "/tmp")
    let content = try content(site)
    #expect(content.count == 3 << 20)
    let isSame = content[0..<65_536] == content[(2 << 20)..<(2 << 20) + 65_536]
    #expect(isSame)
    #expect(content[65_536..<(1 << 20)].allSatisfy { $0 == 0 })
  }
}
