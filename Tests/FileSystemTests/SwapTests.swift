import FileSystem
import Glibc
import Replica
import TestSupport
import Testing

/// Threat T1: somebody exchanges a directory for a link while we work in it.
@Suite struct SwapTests {
  /// What is done by path while `tree/parent` is now a directory, now a link out of the tree.
  enum Attempt: String, CaseIterable, CustomTestStringConvertible {
    case read, list, status, create, makeDirectory, makeLink, remove, removeTree, rename, mode
    case modified

    var testDescription: String { rawValue }
  }

  @Test(arguments: Attempt.allCases, [true, false])
  func `a parent that is swapped for a link leads nowhere`(
    attempt: Attempt, resolvingPaths: Bool
  ) throws {
    let temporary = try TemporaryDirectory()
    let top = try temporary.root().top()
    try top.makeDirectory("tree".utf8)
    try top.makeDirectory("outside".utf8)
    let outside = try top.openDirectory("outside".utf8)
    let tree = try top.openDirectory("tree".utf8)
    try tree.makeDirectory("parent".utf8)
    let inside = try tree.openDirectory("parent".utf8)
    for name in ["file", "victim"] {
      try outside.write("outside", to: name.utf8)
      try inside.write("inside", to: name.utf8)
    }
    try tree.makeLink("link".utf8, target: "../outside".utf8)
    let before = try state(of: outside)
    let root = try Root(
      openingDirectoryAt: temporary.bytes + "/tree".utf8, resolvingPaths: resolvingPaths)

    let swapper = Background(repeating: {
      _ = failure { () throws(SystemError) in
        try tree.rename("parent".utf8, to: tree, as: "link".utf8, .exchange)
      }
    })
    defer { swapper.stop() }
    var attemptCount = 0
    var doneCount = 0
    // As often as it takes for both places to be met, but not forever.
    while attemptCount < 2_000
      || attemptCount < 1_000_000 && (doneCount == 0 || doneCount == attemptCount)
    {
      attemptCount += 1
      if run(attempt, below: root) { doneCount += 1 }
    }
    #expect(try state(of: outside) == before)
    #expect(doneCount > 0 && doneCount < attemptCount)
  }

  /// Makes one attempt, and returns whether it found the directory.
  private func run(_ attempt: Attempt, below root: Root) -> Bool {
    do throws(SystemError) {
      switch attempt {
      case .read:
        let text = try root.openFile(path("parent/file")).text()
        #expect(text == "inside")
      case .status:
        let status = try root.status(of: path("parent/file"))
        #expect(status.size == 6)
      default:
        try change(try root.openDirectory(path("parent")), attempt)
      }
      return true
    } catch {
      #expect(error.code == ELOOP || error.code == ENOTDIR, "\(error)")
      return false
    }
  }

  private func change(
    _ directory: borrowing Directory, _ attempt: Attempt
  ) throws(SystemError) {
    switch attempt {
    case .read, .status: return
    case .list:
      let text = try directory.text(of: "file".utf8)
      #expect(text == "inside")
    case .create:
      try directory.write("made", to: "made".utf8)
      try directory.removeFile("made".utf8)
    case .makeDirectory:
      try directory.makeDirectory("made".utf8)
      try directory.removeDirectory("made".utf8)
    case .makeLink:
      try directory.makeLink("made".utf8, target: "file".utf8)
      try directory.removeFile("made".utf8)
    case .remove:
      try directory.removeFile("victim".utf8)
      try directory.write("inside", to: "victim".utf8)
    case .rename:
      try directory.rename("file".utf8, to: directory, as: "victim".utf8, .exchange)
    case .mode: try directory.setMode("file".utf8, 0o600)
    case .modified: try directory.setModified("file".utf8, 1)
    case .removeTree:
      try FileSystem.removeTree("victim".utf8, in: directory)
      try directory.write("inside", to: "victim".utf8)
    }
  }

  /// The names in a directory with their statuses.
  private func state(of directory: borrowing Directory) throws -> [[UInt8]: Status] {
    var listing = Listing()
    try directory.listStatuses(into: &listing)
    var statuses: [[UInt8]: Status] = [:]
    for found in listing.found {
      if case .status(let status) = found.sighting {
        statuses[Array(listing.name(of: found))] = status
      }
    }
    return statuses
  }
}
