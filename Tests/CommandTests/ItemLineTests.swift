import Hashing
import Replica
import Session
import Testing

@testable import treemend

@Suite struct ItemLineTests {
  private static func file(
    _ size: Int64 = 1, at time: Int64 = 1, mode: UInt16 = 0o644, content: UInt8 = 1
  ) -> Attributes {
    let digest = Digest([UInt8](repeating: content, count: 32).span.bytes)
    return .file(mode: mode, size: size, modified: time, digest: digest)
  }

  private static func link(_ content: UInt8, at time: Int64 = 1) -> Attributes {
    let digest = Digest([UInt8](repeating: content, count: 32).span.bytes)
    return .link(size: 1, modified: time, digest: digest)
  }

  private func line(
    _ action: Item.Action, _ before: Attributes?, _ after: Attributes?, name: String = "n"
  ) throws -> ItemLine {
    let path = try Path(slashed: [UInt8](name))
    return ItemLine(
      item: Item(action: action, path: path, side: .destination, before: before, after: after))
  }

  @Test(
    arguments: [
      (.copy, nil, file(), ">f+++++++++ n"),
      (.copy, .tombstone(deleted: 1), file(), ">f+++++++++ n"),
      (.mkdir, nil, .directory(mode: 0o755), "cd+++++++++ n/"),
      (.link, nil, link(1), "cL+++++++++ n"),
      (.link, file(), link(1), "cL+++++++++ n"),
      (.update, file(1, at: 1), file(2, at: 2, content: 2), ">f.st...... n"),
      (.update, file(1, at: 1), file(1, at: 2, content: 2), ">f..t...... n"),
      (.update, file(1, at: 1), file(2, at: 1, content: 2), ">f.s....... n"),
      (.update, file(), file(content: 2), ">fc........ n"),
      (.update, file(), file(2, at: 2, mode: 0o600, content: 2), ">f.stp..... n"),
      (.update, link(1), link(2, at: 2), "cLc.t...... n"),
      (.metadata, file(), file(at: 2), ".f..t...... n"),
      (.metadata, file(), file(mode: 0o600), ".f...p..... n"),
      (.metadata, .directory(mode: 0o755), .directory(mode: 0o700), ".d...p..... n/"),
      (.metadata, link(1), link(1, at: 2), ".L..t...... n"),
      (.delete, file(), nil, "*deleting   n"),
      (.delete, .directory(mode: 0o755), .tombstone(deleted: 1), "*deleting   n/"),
    ] as [(Item.Action, Attributes?, Attributes?, String)])
  func `-i prints rsync's columns`(
    action: Item.Action, before: Attributes?, after: Attributes?, expected: String
  ) throws {
    let line = try line(action, before, after)
    #expect(line.itemized(isPush: false, comparesContent: false) == expected + "\n")
  }

  @Test func `a push points the other way`() throws {
    let line = try line(.copy, nil, Self.file())
    #expect(line.columns(isPush: true, comparesContent: false) == "<f+++++++++")
  }

  @Test func `--checksum tells of content beside size and time`() throws {
    let line = try line(.update, Self.file(), Self.file(2, at: 2, content: 2))
    #expect(line.columns(isPush: false, comparesContent: true) == ">fcst......")
  }

  @Test func `-v names what changes, and says what goes`() throws {
    #expect(try line(.copy, nil, Self.file(), name: "a/\u{1b}").verbose == "a/\\x1b\n")
    #expect(try line(.delete, .directory(mode: 0o755), nil).verbose == "deleting n/\n")
  }

  @Test(
    arguments: zip(
      [.copy, .mkdir, .link, .delete, .update, .metadata] as [Item.Action],
      ["<", "<", "<", ">", "!", "."]))
  func `diff marks who has what`(action: Item.Action, mark: String) throws {
    #expect(try line(action, Self.file(), Self.file()).compared == "\(mark) n\n")
  }

  @Test func `the list has no digest of what could not be read`() {
    let line = EntryLine(
      path: Path(uncheckedKey: Array("f".utf8)),
      attributes: .file(mode: 0o644, size: 7, modified: 0, digest: .zero))
    let digest = String(repeating: " ", count: 63)
    #expect(line.text(isHumanReadable: false).hasSuffix("Z -\(digest) f\n"))
    #expect(line.json.contains("\"digest\":null"))
  }
}
