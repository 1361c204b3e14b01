import Foundation
import TestSupport
import Testing

@Suite struct OutputTests {
  let replicas: Replicas

  init() throws {
    replicas = try Replicas(RandomTree(fileCount: 20, directoryCount: 3, seed: 71))
  }

  private func change() throws {
    try replicas.change(
      """
      echo new >source/new.txt; mkdir source/added; ln -s new.txt source/link
      echo changed >source/old.txt; rm source/gone.txt
      """)
  }

  private func copyBefore() throws {
    try replicas.change(
      "echo x >source/old.txt; echo y >source/gone.txt; touch -d @1 source/old.txt")
    try #require(try replicas.copy().ending == .exited(0))
    try change()
  }

  @Test func `every line of --json is an event, start first and summary last`() throws {
    let run = try replicas.copy(.push(), ["--json"])
    #expect(run.ending == .exited(0), "\(run)")
    let events = try events(of: run)
    let types = events.compactMap { $0["type"] as? String }
    #expect(events.allSatisfy { $0["v"] as? Int == 1 })
    #expect(types.first == "start")
    #expect(types.last == "summary")
    #expect(types.count == events.count)
    #expect(events.contains { $0["path_b64"] as? String == "b2RkL2b//oA=" })
  }

  @Test(
    arguments: [
      (["ls"], 11), (["root"], 11), (["--json"], 11), (["--help"], 11), ([], 0),
    ] as [([String], Int32)])
  func `results that cannot be written are a failure, and nothing to write is none`(
    words: [String], status: Int32
  ) throws {
    let looksAtOne = words == ["ls"] || words == ["root"]
    let roots = looksAtOne ? [replicas.source] : try replicas.words(for: .local)
    let line = ([Binary.treemend] + words + roots).joined(separator: " ")
    for output in [">&-", ">/dev/full"] {
      let run = try ProgramRun("sh", "-c", "\(line) \(output)")
      #expect(run.ending == .exited(status), "\(output): \(run)")
    }
  }

  @Test(arguments: [.push(), .pull()] as [Replicas.Route], [false, true])
  func `progress tells how far a large file is`(route: Replicas.Route, isKnown: Bool) throws {
    let byteCount = 3_000_000
    let replicas = try Replicas()
    try replicas.change("head -c \(byteCount) /dev/urandom >source/large")
    if isKnown {
      try #require(try replicas.copy(route).ending == .exited(0))
      try replicas.change("head -c \(byteCount) /dev/urandom >source/large")
    }
    let run = try replicas.copy(route, ["--json", "--progress", "--bwlimit=1M"])
    #expect(run.ending == .exited(0), "\(run)")
    let transferring = try events(of: run).filter { $0["phase"] as? String == "transferring" }
    #expect(transferring.allSatisfy { $0["bytes_total"] as? Int == byteCount })
    let reached = transferring.compactMap { $0["bytes"] as? Int }
    #expect(reached.contains { $0 > 0 && $0 < byteCount }, "\(run)")
    #expect(reached == reached.sorted())
  }

  private func events(of run: ProgramRun) throws -> [[String: Any]] {
    try run.text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func `-i prints rsync's eleven columns`() throws {
    try copyBefore()
    let run = try replicas.copy(.local, ["-i", "--delete"])
    let lines = run.text.split(separator: "\n").map(String.init)
    for line in lines {
      let columns = /([<>ch.][fdLDS][.+?cstpoguax]{9}|\*deleting  ) .+/
      #expect(line.wholeMatch(of: columns) != nil, "\(line)")
    }
    for expected in [
      ">f+++++++++ new.txt", "cd+++++++++ added/", "cL+++++++++ link",
      ">f.st...... old.txt", "*deleting   gone.txt",
    ] { #expect(lines.contains(expected), "\(lines)") }
  }

  @Test func `a dry run prints what the run does, and writes nothing`() throws {
    try copyBefore()
    let before = try TreeSnapshot(replicas.destination)
    let dry = try replicas.copy(.push(), ["-n", "-i", "--delete"])
    #expect(dry.ending == .exited(0), "\(dry)")
    try expect(replicas.destination, is: before)
    #expect(dry.text.contains("new.txt"))
    #expect(try replicas.copy(.push(), ["-i", "--delete"]).text == dry.text)
  }

  @Test func `a dry run leaves no state behind`() throws {
    #expect(try replicas.copy(.local, ["-n"]).ending == .exited(0))
    for replica in [replicas.source, replicas.destination] {
      #expect(try ProgramRun("test", "-e", "\(replica)/.treemend").exitStatus == 1)
    }
  }

  @Test func `diff is 43 before and 0 after`() throws {
    func diff() throws -> ProgramRun {
      try ProgramRun(Binary.treemend, "diff", replicas.source, replicas.destination)
    }
    let before = try diff()
    #expect(before.ending == .exited(43), "\(before)")
    #expect(before.text.contains("file0.txt"))
    #expect(try TreeSnapshot(replicas.destination).items == [])
    try #require(try replicas.copy().ending == .exited(0))
    let after = try diff()
    #expect(after.ending == .exited(0), "\(after)")
    #expect(after.text == "")
  }

  @Test(arguments: [[], ["-q"]])
  func `success is silent when nobody watches`(options: [String]) throws {
    let run = try replicas.copy(.push(), options)
    #expect(run.ending == .exited(0), "\(run)")
    #expect(run.output == [])
    #expect(run.errorOutput == [])
  }

  @Test func `no name can speak to the terminal`() throws {
    let run = try replicas.copy(.local, ["-v", "-i"])
    #expect(run.text.contains("--delete"))
    #expect(run.output.allSatisfy { $0 == 0x0a || $0 >= 0x20 && $0 != 0x7f })
    #expect(run.text.unicodeScalars.allSatisfy { !(0x80...0x9f ~= $0.value) && $0 != "\u{202e}" })
    #expect(String(validating: run.output, as: UTF8.self) != nil)
  }

  @Test(arguments: [("source", 0), ("destination", 23)] as [(String, Int32)])
  func `a FIFO in the place of a file is not equal to it`(end: String, status: Int32) throws {
    try replicas.change("echo x >source/pipe")
    try #require(try replicas.copy().ending == .exited(0))
    try replicas.change("rm \(end)/pipe; mkfifo \(end)/pipe")
    for route in [Replicas.Route.push(), .pull()] {
      for options in [[], ["--delete", "--max-delete=99"]] {
        let run = try replicas.copy(route, options + ["--json"])
        #expect(run.ending == .exited(status), "\(run)")
        #expect(run.text.contains("\"equal\":false"), "\(run)")
        #expect(run.text.contains("in_the_way") == (end == "destination"), "\(run)")
      }
    }
    let diff = try ProgramRun(Binary.treemend, "diff", replicas.source, replicas.destination)
    #expect(diff.ending == .exited(43), "\(diff)")
    #expect(try ProgramRun("ls", "-F", replicas.directory.appending(end)).text.contains("pipe|"))
    // Where both have one, neither lacks anything.
    let other = end == "source" ? "destination" : "source"
    try replicas.change("rm \(other)/pipe; mkfifo \(other)/pipe")
    #expect(try replicas.copy().ending == .exited(0))
  }

  @Test func `diff shows modes and times, which make no difference to the root`() throws {
    try #require(try replicas.copy().ending == .exited(0))
    let diff = { try ProgramRun(Binary.treemend, "diff", replicas.source, replicas.destination) }
    try replicas.change(
      "cd destination; touch new; chmod 600 new; cp -p new ../source; chmod 640 new; touch -d @9 new"
    )
    let run = try diff()
    #expect(run.ending == .exited(0) && run.text == ". new\n", "\(run)")
    try replicas.change("mkdir source/d destination/d; chmod 700 source/d; echo x >source/new")
    let other = try diff()
    #expect(other.ending == .exited(43) && other.text == ". d/\n! new\n", "\(other)")
  }

  @Test func `with -q only failures are printed`() throws {
    try replicas.change(
      "mkfifo source/fifo; mkdir destination/d; echo x >destination/d/left.log")
    let options = ["--delete", "--force", "--exclude=*.log"]
    let loud = try replicas.copy(.push(), options)
    #expect(loud.ending == .exited(0), "\(loud)")
    #expect(loud.errorText.contains("fifo: is a device") && loud.errorText.contains("d: stays"))
    let quiet = try replicas.copy(.push(), options + ["-q", "--stats"])
    #expect(quiet.ending == .exited(0), "\(quiet)")
    #expect(quiet.text + quiet.errorText == "")

    try replicas.change(
      "echo new >source/late; mkdir destination/late; touch destination/late/a.log")
    let failed = try replicas.copy(.push(), options + ["-q"])
    #expect(failed.ending == .exited(23), "\(failed)")
    #expect(failed.errorText.contains("late: "))
    #expect(!failed.errorText.contains("fifo"))
  }
}
