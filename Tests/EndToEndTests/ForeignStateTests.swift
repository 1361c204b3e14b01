import Glibc
import TestSupport
import Testing

/// State directories that somebody else has prepared.
@Suite struct ForeignStateTests {
  private let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 20, directoryCount: 3, seed: 9))
  }

  @Test(arguments: ["index", "index-journal"])
  func `an index that is a link leads nowhere`(name: String) throws {
    try replicas.change(
      "mkdir -m 700 source/.treemend; ln -s ../../elsewhere source/.treemend/\(name)")
    for options in [[], ["-n"]] {
      let run = try replicas.copy(.local, options)
      #expect(run.ending == .exited(3), "\(run)")
      #expect(run.errorText.contains(".treemend/\(name)' is no regular file"), "\(run)")
    }
    try replicas.change("! test -e elsewhere")
  }

  @Test(.enabled(if: geteuid() == 0, "needs root to give a directory away"))
  func `a state that became another user's, as over NFS, is used`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("chown -R 65534 source/.treemend destination/.treemend")
    #expect(try replicas.copy().ending == .exited(0))
    try expectEqual(replicas)
  }

  @Test(arguments: ["source", "destination"])
  func `damage to any page of an index costs a copy one run at most`(end: String) throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("cp -a \(end)/.treemend/index saved")
    let pageCount =
      try #require(
        Int(
          try ProgramRun("stat", "-c", "%s", replicas.directory.appending("saved")).text.dropLast())
      )
      / 4096
    #expect(pageCount > 5)
    for page in 1..<pageCount {
      try replicas.change(
        """
        rm -f \(end)/.treemend/index*; cp -a saved \(end)/.treemend/index; echo \(page) >source/new
        dd if=/dev/zero of=\(end)/.treemend/index bs=4096 seek=\(page) count=1 conv=notrunc status=none
        """)
      let first = try replicas.copy()
      #expect(
        [.exited(0), .exited(11)].contains(first.ending), "page \(page): \(first)")
      let second = try replicas.copy()
      #expect(second.ending == .exited(0), "page \(page): \(second)")
      try expectEqual(replicas)
    }
  }

  @Test(arguments: [[], ["-n"], ["--delete", "--force"], ["sync", "--force"]])
  func `a run tells of a damaged index at either end`(options: [String]) throws {
    for end in [replicas.source, replicas.destination] {
      try #require(try replicas.copy().ending == .exited(0))
      try replicas.change(
        "dd if=/dev/zero of=\(end)/.treemend/index bs=4096 seek=0 count=1 conv=notrunc status=none")
      let words = options + (try replicas.words(for: .push()))
      let run = try ProgramRun(Binary.treemend, words)
      let told = run.errorText.split(separator: "\n").filter { $0.contains("damaged index") }
      #expect(told.count == 1 && told[0].hasPrefix("treemend: .: has a"), "\(run)")
      #expect(run.ending == .exited(0), "\(run)")
    }
  }

  @Test func `a state that is open to others is closed`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("chmod 755 source/.treemend")
    #expect(try replicas.copy(.local, ["-n"]).ending == .exited(0))
    #expect(try ProgramRun("stat", "-c", "%a", "\(replicas.source)/.treemend").text == "755\n")
    #expect(try replicas.copy().ending == .exited(0))
    #expect(try ProgramRun("stat", "-c", "%a", "\(replicas.source)/.treemend").text == "700\n")
  }
}
