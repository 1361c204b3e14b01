internal import Foundation

/// Waits until a file in `directory` is locked by somebody, by whatever call; returns false if
/// that has not come about when the time is up.
package func waitForLock(inDirectory directory: String, timeLimitSeconds: Double = 10) -> Bool {
  let deadline = Date(timeIntervalSinceNow: timeLimitSeconds)
  while Date() < deadline {
    let files = (try? names(inDirectory: Array(directory.utf8))) ?? []
    let numbers = Set(files.compactMap { inodeNumber(Array(directory.utf8), $0) })
    let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
    // A line's sixth word is `MAJOR:MINOR:INODE`.
    let locked = locks.split(separator: "\n").compactMap { line in
      line.split(separator: " ").first { $0.count(where: { $0 == ":" }) == 2 }
    }.compactMap { $0.split(separator: ":").last.flatMap { UInt($0) } }
    if locked.contains(where: numbers.contains) { return true }
    sched_yield()
  }
  return false
}

private func inodeNumber(_ directory: [UInt8], _ name: [UInt8]) -> UInt? {
  var status = stat()
  guard lstat((directory + [UInt8(ascii: "/")] + name).cString, &status) == 0 else { return nil }
  return UInt(status.st_ino)
}
