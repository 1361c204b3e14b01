import Glibc
import Hashing
import TestSupport
import Testing

/// Whether everything is swept, and not only a sample of it.
let sweepsAll = getenv("TREEMEND_FULL_SWEEP") != nil

/// Two replicas that agree on seven files and then differ in every way that a run can mend.
struct FaultyPair {
  let directory: TemporaryDirectory
  let a: String
  let b: String

  /// Makes the replicas; the second below `parent`, if it is to be on another file system.
  init(b parent: String? = nil) throws {
    directory = try TemporaryDirectory()
    a = directory.appending("a")
    b = (parent ?? directory.path) + "/b"
    for root in [a, b] { try makeDirectory(Array(root.utf8)) }
    try change(
      """
      cd \(a); echo edit >edit; echo delete >delete; echo rename >rename; echo kind >kind
      mkdir d swap; echo other >d/other; ln -s d link
      """)
    try makeFile(Array("\(a)/large".utf8), content: Self.large)
    try require(run("sync", a, b))
    try makeFile(Array("\(a)/large".utf8), content: Self.editedLarge)
    try change(
      """
      cd \(a); echo edited >edit; rm delete; mv rename renamed; rm kind; mkdir kind
      echo new >kind/new; echo created >created; ln -sf kind link
      rmdir swap; echo swapped >swap; mkdir -p ro/ro; echo locked >ro/ro/locked; chmod 500 ro/ro ro
      cd \(b); echo theirs >d/theirs; echo both >d/other; rm link; echo file >link
      """)
  }

  /// Runs a shell command.
  func change(_ command: String) throws {
    try requireSuccess("sh", "-ec", command, in: directory)
  }

  /// Runs the program, as an argument of `prefix` if there is one.
  func run(_ arguments: String..., under prefix: [String] = []) throws -> ProgramRun {
    let words = prefix + [Binary.treemend] + arguments
    let run = try ProgramRun(words[0], Array(words.dropFirst()), timeLimitSeconds: 60)
    try Trace.requireRun(run)
    return run
  }

  private func require(_ run: ProgramRun) throws {
    if run.ending != .exited(0) { throw FailedSetUp(program: "treemend", run: run) }
  }

  /// A content large enough for its chunks to be kept.
  private static let large: [UInt8] = {
    var random = SplitMix(seed: 1)
    return random.bytes(1_200_000)
  }()
  private static let editedLarge = Array(
    large[..<600_000] + [large[600_000] ^ 1] + large[600_001...])

  /// All contents that a user has written and that no user has seen go.
  private static let kept: Set<String> = [
    "edited", "rename", "new", "created", "theirs", "both", "file", "swapped", "locked",
    line(of: editedLarge),
  ]

  /// What `sha256sum` prints of a content.
  private static func line(of content: [UInt8]) -> String {
    var sha256 = SHA256()
    return "\(sha256.digest(of: content))  -"
  }

  /// After a fault: every file is whole, and a run without faults makes all the same, with nothing
  /// lost and nothing left over.
  func expectRepair(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let contents = { (root: String) in
      try ProgramRun(
        "sh", "-c",
        """
        find \(root) -path '*/.treemend' -prune -o -type f -size -1000k -exec cat {} + \
          -o -type f -exec sh -c 'sha256sum <"$1"' sh {} ';'
        """
      ).text.split(separator: "\n").map(String.init)
    }
    let whole = Self.kept.union(["edit", "delete", "kind", "other", Self.line(of: Self.large)])
    for root in [a, b] {
      for line in try contents(root) {
        #expect(whole.contains(line), "\(what): \(line)", sourceLocation: sourceLocation)
      }
    }
    let repair = try run("sync", "--wait=10", a, b)
    #expect(repair.ending == .exited(0), "\(what): \(repair)", sourceLocation: sourceLocation)
    let again = try run("sync", "-i", a, b)
    #expect(again.text.isEmpty, "\(what): \(again)", sourceLocation: sourceLocation)
    let difference = try ProgramRun("diff", "-r", "--no-dereference", "-x", ".treemend", a, b)
    #expect(
      difference.ending == .exited(0), "\(what): \(difference)", sourceLocation: sourceLocation)
    let modes = try ProgramRun("stat", "-c%a", "\(a)/ro", "\(a)/ro/ro", "\(b)/ro", "\(b)/ro/ro")
    #expect(
      modes.text == "500\n500\n500\n500\n", "\(what): \(modes)", sourceLocation: sourceLocation)
    let left = Set(try contents(a))
    #expect(left == Self.kept, "\(what)", sourceLocation: sourceLocation)
    for root in [a, b] {
      let stage = try ProgramRun("ls", "-A", "\(root)/.treemend/stage")
      #expect(stage.text.isEmpty, "\(what): \(stage.text)", sourceLocation: sourceLocation)
    }
  }
}
