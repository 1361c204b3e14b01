import TestSupport
import Testing

@testable import Scan

@Suite struct FilterRandomTests {
  /// Fixed seeds, and one that is new each time; a failure names its own.
  private static let seeds = Array(1...8) + [UInt64.random(in: .min ... .max)]

  @Test(arguments: seeds)
  func `random patterns match what a plain recursion matches`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    for _ in 0..<2000 {
      let pattern = Self.atoms(from: Self.patternAtoms, upTo: 7, using: &random)
      let path = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Self.atoms(from: ["a", "b", "*"], upTo: 3, using: &random)
      }.joined(separator: "/")
      let isDirectory = Bool.random(using: &random)
      let filter = try Filter(excluding: pattern)
      #expect(
        try filter.excludes(isDirectory ? path + "/" : path)
          == Reference.matches(pattern, path, isDirectory: isDirectory),
        "seed \(seed): \(pattern) on \(path)\(isDirectory ? "/" : "")")
    }
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ("*a", "b", "a", 255), ("a*", "b", "a", 255), ("*", "[!a]", "a", 255), ("**a", "b", "a", 255),
      ("**a*", "b", "a/", 2000), ("**/*a", "b", "a/", 2000), ("a**", "b", "a/a", 2000),
      ("?*", "b", "a", 255),
    ])
  func `a crafted pattern fails in bounded time`(
    unit: String, end: String, name: String, byteCount: Int
  ) throws {
    let pattern = String(repeating: unit, count: 80) + end
    let path = String(repeating: name, count: byteCount).prefix(byteCount - 1) + "a"
    #expect(try !Filter(excluding: pattern).excludes(String(path)))
  }

  private static let patternAtoms = [
    "a", "b", "a", "b", "*", "*", "**", "***", "?", "/", "/", "[ab]", "[!a]", "\\a", "\\*",
  ]

  private static func atoms(
    from atoms: [String], upTo count: Int, using random: inout SplitMix
  ) -> String {
    (0..<Int.random(in: 1...count, using: &random))
      .map { _ in atoms[Int.random(in: atoms.indices, using: &random)] }.joined()
  }
}

/// The manual's words, followed to the letter: every part of the path that a pattern may match is
/// written out, and every reading of the pattern is tried.
private enum Reference {
  static func matches(_ pattern: String, _ path: String, isDirectory: Bool) -> Bool {
    var pattern = Array(pattern)
    if pattern.count > 1, pattern.last == "/" {
      guard isDirectory else { return false }
      pattern.removeLast()
    }
    let names = path.split(separator: "/").map(String.init)
    var tails = names.indices.map { names[$0...].joined(separator: "/") }
    let isLiteral = !pattern.contains { "*?[".contains($0) }
    if pattern.first == "/" {
      pattern.removeFirst()
      tails = [path]
    } else if String(pattern).hasPrefix("**") {
      tails = ["/" + path]
    } else if !String(pattern).contains("**") {
      let slashes = pattern.count { $0 == "/" }
      tails = tails.filter { tail in tail.count { $0 == "/" } == slashes }
    }
    if isDirectory, String(pattern).hasSuffix("***") { tails = tails.map { $0 + "/" } }
    return tails.contains { tail in
      isLiteral ? tail == String(pattern) : reads(pattern[...], Array(tail)[...])
    }
  }

  private static func reads(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool
  {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case "*":
      let stars = pattern.prefix { $0 == "*" }.count
      let reach = stars > 1 ? text.count : text.prefix { $0 != "/" }.count
      return (0...reach).contains { reads(pattern.dropFirst(stars), text.dropFirst($0)) }
    case "?":
      return text.first.map { $0 != "/" } == true && reads(rest, text.dropFirst())
    case "[":
      let members = rest.prefix { $0 != "]" }
      let isMember = text.first.map { $0 != "/" && members.contains($0) != (members.first == "!") }
      return isMember == true && reads(rest.dropFirst(members.count + 1), text.dropFirst())
    case "\\":
      guard let escaped = rest.first else { return false }
      return text.first == escaped && reads(rest.dropFirst(), text.dropFirst())
    default:
      return text.first == first && reads(rest, text.dropFirst())
    }
  }
}
