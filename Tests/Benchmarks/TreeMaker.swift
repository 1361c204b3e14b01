import FileSystem
import Glibc
import Synchronization
import TestSupport

/// Makes the tree of a plan on disk, on all processors.
final class TreeMaker: Sendable {
  private let plan: TreePlan
  private let root: String
  private let pool: ContentPool
  private let next = Atomic<Int>(0)
  private let writtenByteCount = Atomic<Int>(0)
  private let failure = Mutex<(any Error)?>(nil)

  init(_ plan: TreePlan, in root: String, from pool: ContentPool) {
    self.plan = plan
    self.root = root
    self.pool = pool
  }

  /// Makes it and returns how many bytes are in its files.
  func make() throws -> Int {
    for folder in plan.folders { try makeDirectory(Array("\(root)/\(folder.path)".utf8)) }
    onAllProcessors { [self] in
      do {
        while let folder = try nextFolder() { try fill(folder) }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return writtenByteCount.load(ordering: .relaxed)
  }

  private func nextFolder() throws -> TreePlan.Folder? {
    try Interruption.check()
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < plan.folders.count ? plan.folders[index] : nil
  }

  private func fill(_ folder: TreePlan.Folder) throws {
    let path = "\(root)/\(folder.path)"
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw SystemFailure("open \(path)") }
    defer { close(directory) }
    var random = SplitMix(seed: folder.seed)
    var byteCount = 0
    for number in 0..<folder.fileCount {
      let size = random.fileByteCount()
      let descriptor = openat(
        directory, folder.name(ofFile: number), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw SystemFailure("openat in \(path)") }
      defer { close(descriptor) }
      try pool.write(size, tag: random.next(), to: descriptor)
      let time = random.pastTime()
      guard futimens(descriptor, [time, time]) == 0 else { throw SystemFailure("futimens") }
      byteCount += size
    }
    writtenByteCount.wrappingAdd(byteCount, ordering: .relaxed)
  }
}

/// Runs `body` on as many threads as there are processors, and waits for all.
func onAllProcessors(_ body: @escaping @Sendable () -> Void) {
  let running = Monitor(processorCount())
  for _ in 0..<processorCount() {
    Thread {
      body()
      running.change { $0 -= 1 }
    }.detach()
  }
  running.wait { $0 == 0 ? () : nil }
}

extension SplitMix {
  /// A time in the years 2015 to 2024.
  fileprivate mutating func pastTime() -> timespec {
    timespec(tv_sec: 1_420_070_400 + below(315_000_000), tv_nsec: below(1_000_000_000))
  }
}
