internal import ArgumentParser

/// Letters that rsync's users type without thinking: what they ask for is what is always done.
struct RsyncOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "As -rlpt: what is always done. (Owners do not travel.)")
  var archive: Int

  @Flag(name: .shortAndLong, help: "Go into directories.")
  var recursive: Int

  @Flag(name: .shortAndLong, help: "Copy symbolic links as links.")
  var links: Int

  @Flag(name: .shortAndLong, help: "Keep permission bits, but for set-user-id and set-group-id.")
  var perms: Int

  @Flag(name: .shortAndLong, help: "Keep modification times.")
  var times: Int

  @Flag(name: [.customShort("S"), .long], help: "Leave holes where content is zeros.")
  var sparse: Int

  @Flag(help: "Keep what has come of a large file when a run is cut, in .treemend/stage.")
  var partial: Int
}
