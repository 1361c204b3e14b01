import FileSystem
import Glibc
import TestSupport

/// Calls what `makeVisitor` makes for each processor with every path in some trees: the directory
/// that it is in, its name there, and whether it is a directory. It returns whether all went well.
func visitTrees(
  _ directories: [String],
  _ makeVisitor:
    @escaping @Sendable () -> (OpaquePointer, UnsafePointer<CChar>, _ isDirectory: Bool) -> Bool
) throws {
  let queue = Monitor(Queue(directories))
  onAllProcessors {
    let visit = makeVisitor()
    while let directory = queue.wait(for: { $0.take() }) ?? nil {
      let found = listing(of: directory, visit)
      queue.change { $0.add(found) }
    }
  }
  let failure = queue.change { $0.failure }
  if let failure { throw failure }
}

/// Directories that nobody has looked at yet.
private struct Queue {
  var waiting: [String]
  var busyCount = 0
  var failure: SystemFailure?

  init(_ directories: [String]) { waiting = directories }

  /// The next; nil if more may come, and nil in it if none will.
  mutating func take() -> String?? {
    if let next = waiting.popLast() {
      busyCount += 1
      return next
    }
    return busyCount == 0 ? .some(nil) : nil
  }

  mutating func add(_ found: Result<[String], SystemFailure>) {
    busyCount -= 1
    switch found {
    case .success(let directories): waiting += directories
    case .failure(let error): failure = error
    }
  }
}

/// Visits all names in a directory and returns the directories in it. What is hidden is left alone.
private func listing(
  of directory: String,
  _ visit: (OpaquePointer, UnsafePointer<CChar>, _ isDirectory: Bool) -> Bool
) -> Result<[String], SystemFailure> {
  guard let stream = opendir(directory) else {
    return .failure(SystemFailure("opendir \(directory)"))
  }
  defer { closedir(stream) }
  var directories: [String] = []
  while let entry = readdir(stream) {
    let isHidden = entry.pointee.d_name.0 == 0x2e
    if isHidden { continue }
    let isDirectory = entry.pointee.d_type == DT_DIR
    // SAFETY: the name ends with a zero byte in the entry, which lives until the next call.
    let isDone = withUnsafePointer(to: &entry.pointee.d_name.0) { name in
      if isDirectory { directories.append("\(directory)/\(String(cString: name))") }
      return visit(stream, name, isDirectory)
    }
    guard isDone else { return .failure(SystemFailure("read in \(directory)")) }
  }
  return .success(directories)
}
