import Testing

@testable import treemend

@Suite struct InvocationTests {
  private func read(_ arguments: [String]) throws -> Invocation {
    try Invocation(arguments.map { [UInt8]($0) })
  }

  @Test(
    arguments: [
      (["-avz", "a", "b"], ["--archive", "--verbose", "--compress"]),
      (["a", "-n", "b", "--delete"], ["--dry-run", "--delete"]),
      (["-e", "ssh -p 22", "a", "b"], ["--rsh=ssh -p 22"]),
      (["-essh", "a", "b"], ["--rsh=ssh"]),
      (["-ve=ssh", "a", "b"], ["--verbose", "--rsh=ssh"]),
      (["--rsh", "-x", "a", "b"], ["--rsh=-x"]),
      (["--rsync-path=/x y", "a", "b"], ["--rsync-path=/x y"]),
      (["--exclude", "--delete", "a", "b"], ["--exclude=0:--delete"]),
      (["-P", "a", "b"], ["--progress"]),
      (["-hh", "a", "b"], ["--human-readable", "--human-readable"]),
    ])
  func `options are read as rsync reads them`(arguments: [String], options: [String]) throws {
    let invocation = try read(arguments)
    #expect(invocation.options == options)
    #expect(invocation.operands.map(\.encoded) == ["a", "b"])
    #expect(invocation.command == nil)
  }

  @Test(
    arguments: [
      (["-avH", "a", "b"], "-H"), (["--hard-links"], "--hard-links"), (["-R"], "-R"),
      (["-aD"], "-D"), (["-rF"], "-F"), (["--inplace"], "--inplace"), (["--backup"], "--backup"),
      (["--checksum-choice=md5"], "--checksum-choice"), (["--delete-before"], "--delete-before"),
      (["--no-perms"], "--no-perms"), (["--no-p"], "--no-p"),
      (["--contimeout", "1"], "--contimeout"),
      (["--rehash=5"], "--rehash"), (["-0"], "-0"), (["-x"], "-x"),
      (["serve", "--stdio", "--read-only"], "--read-only"), (["tree", "a"], "tree"),
    ])
  func `what is known and not supported is refused by name`(arguments: [String], name: String) {
    let failure = #expect(throws: Failure.self) { try read(arguments) }
    #expect(failure?.status == .unsupported)
    #expect(failure?.what.contains("'\(name)'") == true)
  }

  @Test(
    arguments: [
      ["--bogus"], ["-Z"], ["-az!"], ["--delete=1"], ["--exclude"],
      ["-e"], ["--no-bogus"], ["--=x"], ["---delete"],
    ])
  func `what is unknown or incomplete is a usage error`(arguments: [String]) {
    let failure = #expect(throws: Failure.self) { try read(arguments) }
    #expect(failure?.status == .usage)
  }

  @Test(
    arguments: [
      (["ls", "d"], .ls, ["d"]), (["-v", "ls", "d"], .ls, ["d"]),
      (["./ls", "d"], nil, ["./ls", "d"]), (["--", "--delete"], nil, ["--delete"]),
      (["--", "ls", "d"], nil, ["ls", "d"]), (["d", "ls"], nil, ["d", "ls"]),
      (["-e", "ls", "d", "e"], nil, ["d", "e"]), (["copy", "d"], nil, ["copy", "d"]),
      (["diff", "ls", "root"], .diff, ["ls", "root"]),
    ] as [([String], CommandName?, [String])])
  func `a command is the first word that is no option`(
    arguments: [String], command: CommandName?, operands: [String]
  ) throws {
    let invocation = try read(arguments)
    #expect(invocation.command == command)
    #expect(invocation.operands.map(\.encoded) == operands)
  }

  @Test(
    arguments: [
      (["-h"], true), (["--help"], true), (["ls", "-h"], true), (["-h", "a", "b"], false),
      (["-vh"], false), (["a", "b", "--help"], true), ([], false),
    ])
  func `-h alone asks for help`(arguments: [String], asks: Bool) throws {
    #expect(try read(arguments).asksForHelp == asks)
  }

  @Test(
    arguments: [
      (["help", "nosuch"], "no command 'nosuch'"), (["help", "prove"], "'prove' is not supported"),
    ])
  func `help for what is no command is refused`(arguments: [String], part: String) throws {
    let failure = #expect(throws: Failure.self) { try Help.text(for: try read(arguments)) }
    #expect(failure?.what.contains(part) == true, "\(failure?.what ?? "")")
  }

  @Test func `bytes that are no UTF-8 come through the parser`() throws {
    let source: [UInt8] = [0xff, 0x2f, 0xef, 0x9e, 0x80, 0xc3]
    let invocation = try Invocation([source, [UInt8]("-v"), [0x80]])
    let copy = try Copy.read(invocation)
    #expect(copy.src.bytes == source)
    #expect(copy.dst.bytes == [0x80])
    #expect(copy.output.verbose == 1)
  }

  @Test func `every pair of bytes comes through as it was`() {
    let names = (0...UInt8.max).flatMap { first in (0...UInt8.max).map { [first, $0] } }
    let lost = names.filter { RawArgument(argument: RawArgument(bytes: $0).encoded).bytes != $0 }
    #expect(lost == [])
  }

  @Test(
    arguments: [
      (["a"], "expected argument"), (["a", "b", "c"], "unexpected argument 'c'"),
      (["--wait=x", "a", "b"], "--wait"), (["root", "--delete", "a"], "--delete"),
      (["doctor"], "host"),
    ])
  func `what the parser refuses is a usage error`(arguments: [String], part: String) throws {
    let invocation = try read(arguments)
    let type = invocation.command?.type ?? Copy.self
    let failure = #expect(throws: Failure.self) { try type.read(invocation) }
    #expect(failure?.status == .usage)
    #expect(failure?.what.contains(part) == true, "\(failure?.what ?? "")")
  }

  @Test(
    arguments: [
      (["sync", "--nope"], "treemend sync --help explains the options"),
      (["sync", "-nZ"], "treemend sync --help explains the options"),
      (["ls", "--exclude"], "treemend ls --help explains the options"),
      (
        ["diff", "-H", "a"],
        "it was refused rather than ignored; treemend diff --help lists what there is"
      ),
      (["--nope"], "treemend --help explains the options"),
    ])
  func `a hint names the command whose options it speaks of`(words: [String], hint: String) {
    let failure = #expect(throws: Failure.self) { try Invocation(words.map { [UInt8]($0.utf8) }) }
    #expect(failure?.hint == hint)
  }
}
