internal import Foundation

/// The project that the tests were built from.
package enum Checkout {
  /// The top of the checkout.
  package static let root = String(
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/"))
}

/// What the build made.
package enum Binary {
  /// The program under test: `TREEMEND` in the environment, or else the one that was built with
  /// the test that asks.
  package static let treemend: String =
    ProcessInfo.processInfo.environment["TREEMEND"] ?? "\(directoryOfTests)/treemend"

  /// The directory that `treemend` is in.
  package static var directory: String { (treemend as NSString).deletingLastPathComponent }

  private static var directoryOfTests: String {
    let test = (try? linkTarget(Array("/proc/self/exe".utf8))) ?? []
    return (String(decoding: test, as: UTF8.self) as NSString).deletingLastPathComponent
  }
}
