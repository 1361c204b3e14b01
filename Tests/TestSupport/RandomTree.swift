internal import Foundation

/// Makes directory trees that look random and are the same for the same parameters.
package struct RandomTree: Sendable {
  /// How many files to make.
  package var fileCount: Int
  /// How many directories to spread them over.
  package var directoryCount: Int
  /// Where the random numbers begin.
  package var seed: UInt64
  /// The size below which those of the files lie, in bytes.
  package var largestByteCount = 4096
  /// Whether to add the names, links, modes and times that other programs stumble on.
  package var hasOddities = true

  /// Takes the parameters of a tree.
  package init(fileCount: Int, directoryCount: Int, seed: UInt64) {
    self.fileCount = fileCount
    self.directoryCount = directoryCount
    self.seed = seed
  }

  /// Names that are legal, and that few programs take in their stride.
  package static let oddNames: [[UInt8]] = [
    Array("new\nline".utf8), Array("\u{1b}[31mred\u{1b}[0m".utf8), [0x66, 0xff, 0xfe, 0x80],
    Array(repeating: UInt8(ascii: "n"), count: 255), Array("-rf".utf8), Array("--delete".utf8),
    Array("*".utf8), Array("$(id)".utf8), Array("`id`;'\"\\".utf8), Array(" lead and trail ".utf8),
    [0xc3, 0xa9], [0x65, 0xcc, 0x81], Array("~".utf8), Array("a:b".utf8), Array("...".utf8),
    Array("\u{202e}txt.exe".utf8), [0x01], [0x7f], [0xc2, 0x9b],
  ]

  /// Seconds and nanoseconds of a file's time: plain, 1960, 1901, before and after 2038, after 2106.
  private static let times: [(Int, Int)] = [
    (1_700_000_000, 123_456_789), (1_600_000_000, 0), (-300_000_000, 1),
    (-2_147_483_000, 999_999_999),
    (2_147_483_647, 999_999_999), (2_147_483_648, 7), (4_294_967_297, 500_000_000), (0, 1),
  ]

  /// Makes the tree in the directory `root`, which is created unless it is there.
  package func build(_ root: String) throws {
    var random = SplitMix(seed: seed)
    let top = Array(root.utf8)
    try makeDirectory(top)
    var directories = [top]
    for number in 0..<directoryCount {
      // Half of them one below the other, the rest anywhere.
      let parent =
        number % 2 == 0
        ? directories[directories.count - 1] : directories[random.below(directories.count)]
      let isDeep = parent.count > top.count + 400
      directories.append((isDeep ? top : parent) / "d\(number)")
      try makeDirectory(directories[directories.count - 1])
    }
    for number in 0..<fileCount {
      let path = directories[random.below(directories.count)] / "file\(number).txt"
      let byteCount = number % 10 == 0 ? 0 : random.below(largestByteCount)
      try makeFile(path, content: random.bytes(byteCount))
      try touch(path, Self.times[number % (hasOddities ? Self.times.count : 2)])
      try setMode(path, [0o644, 0o600, 0o755, 0o444][number % (hasOddities ? 4 : 1)])
    }
    if hasOddities { try addOddities(top, &random) }
  }

  private func addOddities(_ top: [UInt8], _ random: inout SplitMix) throws {
    let odd = top / "odd"
    try makeDirectory(odd)
    for name in Self.oddNames {
      try makeFile(odd + [UInt8(ascii: "/")] + name, content: random.bytes(random.below(100)))
      try touch(odd + [UInt8(ascii: "/")] + name, Self.times[random.below(Self.times.count)])
    }
    let targets: [[UInt8]] = [
      Array("file0.txt".utf8), Array("../odd".utf8), Array("/nowhere/at all".utf8), [0xff, 0x0a],
      Array("link0".utf8), Array("/etc/passwd".utf8),
    ]
    for (number, target) in targets.enumerated() {
      let path = odd / "link\(number)"
      guard symlink(target.cString, path.cString) == 0 else { throw SystemFailure("symlink") }
      try touch(path, Self.times[number])
    }
    for (name, mode) in [("empty", 0o755), ("closed", 0o555), ("private", 0o700)] as [(_, mode_t)] {
      try makeDirectory(odd / name)
      try setMode(odd / name, mode)
    }
  }
}
