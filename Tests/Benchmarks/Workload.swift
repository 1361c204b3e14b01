import TestSupport

/// Something that is measured, by the name under which it can be asked for.
struct Workload {
  let name: String
  let title: String
  let run: (Suite) throws -> Void

  /// All that can be asked for.
  static var all: [Workload] { usual + [coldAdoption] + images }

  /// Those that are run if none is asked for.
  static var usual: [Workload] {
    comparisons + [
      Workload(name: "round-trips", title: "50 ms each way: nothing changed, 1,000 files") {
        try $0.measureRoundTrips()
      },
      Workload(name: "index", title: "what treemend remembers") { try $0.measureIndex() },
      Workload(name: "start-up", title: "the program's start and end") { try $0.measureStartUp() },
    ]
  }

  // No two workloads share a seed: content that is somewhere else already is not sent.
  private static var comparisons: [Workload] {
    [
      comparison("unchanged", "nothing changed", .replicas, tools: replicating + [.walking]),
      comparison(
        "ten", "ten files changed", .replicas, tools: replicating + [.walking]
      ) { site, round in
        try site.edit(scattered(10, of: site, round), seed: 1_000 + UInt64(round))
      },
      comparison("scattered-1000", "1,000 files changed all over", .replicas) { site, round in
        try site.edit(scattered(1_000, of: site, round), seed: 2_000 + UInt64(round))
      },
      comparison("adjacent-1000", "1,000 files changed in one directory", .replicas) {
        site, round in
        let first = site.plan.firstCrowdedFile
        try site.edit(first..<min(first + 1_000, site.plan.fileCount), seed: 3_000 + UInt64(round))
      },
      Workload(
        name: "new-directory", title: "a new directory of a tenth as many files",
        Comparison(
          ground: .replicas, tools: replicating,
          change: { site, round in
            try site.addDirectory(
              "new", fileCount: max(1, site.plan.fileCount / 10), seed: 4_000 + UInt64(round))
          },
          undo: { try Interruption.requireSuccess("rm", "-rf", "--", "\($0.source)/new") })),
      Workload(
        name: "adopt", title: "equal trees that never met",
        Comparison(
          ground: .strangers, tools: [.treemend, .rsync, .rsyncChecksum, .unison, .hashing],
          prepare: { try $0.forget($1) })),
      firstCopy("first-copy", "small files to an empty destination", .copies),
      firstCopy("first-copy-large", "large files to an empty destination", .largeCopies),
    ]
  }

  /// What only root can measure, as caches are anybody's.
  private static var coldAdoption: Workload {
    Workload(
      name: "adopt-cold", title: "equal trees that never met, read from the disk",
      Comparison(
        ground: .strangers, tools: [.treemend, .rsyncChecksum, .hashing],
        prepare: { site, tool in
          try site.forget(tool)
          try Interruption.requireSuccess("sh", "-c", "sync; echo 3 >/proc/sys/vm/drop_caches")
        }))
  }

  private static let replicating: [Tool] = [.treemend, .rsync, .unison]

  private static func comparison(
    _ name: String, _ title: String, _ ground: Comparison.Ground, tools: [Tool] = replicating,
    change: @escaping (Site, Int) throws -> Void = { _, _ in }
  ) -> Workload {
    Workload(
      name: name, title: title,
      Comparison(ground: ground, tools: tools, change: change))
  }

  private static func firstCopy(
    _ name: String, _ title: String, _ ground: Comparison.Ground
  ) -> Workload {
    Workload(
      name: name, title: title,
      Comparison(
        ground: ground, tools: replicating + [.tar, .cp],
        prepare: { site, tool in
          try site.clear(tool)
          try site.makeDestination(of: tool)
        },
        cleanUp: { try $0.clear($1) }))
  }

  init(name: String, title: String, _ comparison: Comparison) {
    self.init(name: name, title: title) { try $0.measure(comparison) }
  }

  private init(name: String, title: String, run: @escaping (Suite) throws -> Void) {
    self.name = name
    self.title = title
    self.run = run
  }

  private static func scattered(_ count: Int, of site: Site, _ round: Int) -> [Int] {
    var random = SplitMix(seed: 0x5ca7 + UInt64(round))
    var files: Set<Int> = []
    while files.count < min(count, site.plan.fileCount) {
      files.insert(random.below(site.plan.fileCount))
    }
    return files.sorted()
  }
}
