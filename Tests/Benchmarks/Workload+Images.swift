import Glibc

/// What is measured with one large file, the image. These are run if they are asked for by name.
extension Workload {
  static var images: [Workload] {
    [
      image("pages", "1,000 pages of 4 KiB overwritten") { site, round in
        try site.overwritePages(1_000, seed: 10_000 + round)
      },
      image("byte", "one byte overwritten") { site, round in
        try site.overwriteByte(seed: 11_000 + round)
      },
      image("insertion", "100 bytes inserted at the front") { site, round in
        try site.insert(100, seed: 12_000 + round)
      },
      image("append", "1 MB appended") { site, round in
        try site.append(1_000_000, seed: 13_000 + round)
      },
      image("swapped", "both halves swapped") { site, _ in try site.swapHalves() },
      image("moved", "moved to another directory, and 1 MB appended", deletes: true) {
        site, round in
        try site.moveImage(toDirectory: "moved-\(round)")
        try site.append(1_000_000, seed: 14_000 + round)
      },
      image("tar", "an archive of which every tenth file was edited", .archive) { site, round in
        try site.renewArchive(seed: 15_000 + round)
      },
      image("repeated", "a file ten times as large, of one block and holes: 10 pages", .repeated) {
        site, round in
        try site.overwritePages(10, seed: 16_000 + round)
      },
      Workload(
        name: "cut", title: "a first copy cut in the middle and done again, both together",
        Comparison(
          ground: .imageCopies, tools: tools, isVerified: true, isCut: true,
          prepare: { site, tool in
            try site.clear(tool)
            try site.makeDestination(of: tool)
            sync()
          },
          cleanUp: { try $0.clear($1) })),
    ]
  }

  private static let tools: [Tool] = [.treemend, .rsync]

  private static func image(
    _ name: String, _ title: String, _ ground: Comparison.Ground = .image, deletes: Bool = false,
    change: @escaping (Site, _ round: UInt64) throws -> Void
  ) -> Workload {
    Workload(
      name: name, title: title,
      Comparison(
        ground: ground, tools: tools, deletes: deletes, isVerified: true,
        change: { try change($0, UInt64($1)) },
        // One tool is not to wait for the disk until it has what others wrote.
        prepare: { _, _ in sync() }))
  }
}
