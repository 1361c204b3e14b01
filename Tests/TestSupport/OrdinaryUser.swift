internal import Foundation

/// A user for whom permission bits count.
package enum OrdinaryUser {
  /// The words to put before a command: none if the test itself runs as such a user.
  package static let prefix =
    geteuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []

  /// Whether this user can run the program under test at all.
  package static var isAvailable: Bool {
    let words = prefix + ["test", "-x", Binary.treemend]
    return (try? ProgramRun(words[0], Array(words.dropFirst())))?.exitStatus == 0
  }

  /// Gives this user the directory and all that is in it.
  package static func take(_ directory: TemporaryDirectory) throws {
    if geteuid() == 0 { try requireSuccess("chown", "-R", "65534:65534", directory.path) }
  }
}
