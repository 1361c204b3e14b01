internal import DequeModule
internal import FileSystem
internal import Replica

/// Looks at a tree by several threads, ahead of the one that goes through it in key order, which
/// does a part itself where it would wait.
///
/// What is remembered is looked at by the names that are remembered, a page at a time, in
/// directories that are surely as they were; other directories are listed.
final class Walk: Sendable {
  /// How many entries of new directories may wait for the reader before the threads list no more, and
  /// how many when they go on.
  private static let entryLimit = 16_384
  private static let lowEntryLimit = entryLimit / 2

  let root: Root
  private let device: UInt64
  let options: ScanOptions
  private let queue = Monitor(Queue())

  private struct Queue {
    /// The pages not yet looked at, the first first.
    var pages: Deque<RememberedPage> = []
    /// The directories not yet listed, the first in key order at the end, but for those that threads have
    /// found in another order.
    var waiting: [WalkedDirectory] = []
    var entryCount = 0
    var isPaused = false
    var isReaderWaiting = false
    var isOver = false

    /// Takes what is to be done next, if there is anything that may be.
    mutating func takeNext() -> Work? {
      if let page = pages.popFirst() {
        page.phase = .taken
        return .look(page)
      }
      if entryCount >= entryLimit { isPaused = true }
      guard !isPaused, let next = waiting.popLast() else { return nil }
      next.phase = .taken
      return .list(next)
    }

    /// Adds remembered directories, which come behind all others; returns whether there is more to do.
    mutating func add(_ directories: [WalkedDirectory]) -> Bool {
      var added: [WalkedDirectory] = []
      for directory in directories.reversed() {
        guard case .known = directory.phase else { continue }
        directory.phase = .waiting
        added.append(directory)
      }
      waiting.insert(contentsOf: added, at: 0)
      return !added.isEmpty && !isPaused
    }

    /// Notes what listing a directory came to; returns whether there is more to do.
    mutating func note(_ phase: WalkedDirectory.Phase, of directory: WalkedDirectory) -> Bool {
      directory.phase = phase
      guard case .listed(let listed) = phase else { return true }
      // Those of remembered directories are about as many as the rows that are read ahead.
      guard directory.isNew else { return false }
      entryCount += listed.found.count
      for child in listed.children.reversed() {
        child.directory.phase = .waiting
        waiting.append(child.directory)
      }
      return !listed.children.isEmpty && !isPaused
    }
  }

  /// Something for one thread to do.
  private enum Work {
    case look(RememberedPage)
    case list(WalkedDirectory)
  }

  init(_ root: Root, device: UInt64, _ options: ScanOptions) {
    self.root = root
    self.device = device
    self.options = options
  }

  /// Looks at pages and lists directories until the walk is over.
  func work() {
    var listing = Listing()
    while true {
      let work = queue.waitQuietly { queue -> Work?? in
        if queue.isOver { return .some(nil) }
        return queue.takeNext().map { .some($0) }
      }
      guard let work else { return }
      carryOut(work, using: &listing)
    }
  }

  /// Has the threads stop.
  func end() {
    queue.change { $0.isOver = true }
  }

  /// Has a page looked at, which is behind all others.
  func add(_ page: RememberedPage) {
    queue.change { $0.pages.append(page) }
  }

  /// Returns when `page` has been looked at; works on others while another thread does that.
  func finish(_ page: RememberedPage, using listing: inout Listing) {
    while true {
      let work = queue.waitQuietly { queue -> Work?? in
        queue.isReaderWaiting = false
        switch page.phase {
        case .looked: return .some(nil)
        case .waiting, .taken:
          if let work = queue.takeNext() { return .some(work) }
          queue.isReaderWaiting = true
          return nil
        }
      }
      guard let work else { return }
      carryOut(work, using: &listing)
    }
  }

  /// Returns what is in `directory`; works on others while another thread lists that.
  func listing(
    of directory: WalkedDirectory, using listing: inout Listing
  ) throws(SystemError) -> DirectoryListing {
    while true {
      switch queue.waitQuietly(for: { Self.next(for: directory, in: &$0) }) {
      case .work(let other): carryOut(other, using: &listing)
      case .listed(let listing, let wakesOthers):
        if wakesOthers { queue.change { $0.isPaused = false } }
        return listing
      case .failed(let error): throw error
      }
    }
  }

  /// What the reader is to do next.
  private enum Step {
    case work(Work)
    case listed(DirectoryListing, wakesOthers: Bool)
    case failed(SystemError)
  }

  /// What to do for a reader that wants `directory`; nil to wait.
  private static func next(for directory: WalkedDirectory, in queue: inout Queue) -> Step? {
    queue.isReaderWaiting = false
    switch directory.phase {
    case .known, .waiting:
      directory.phase = .taken
      if let place = queue.waiting.lastIndex(where: { $0 === directory }) {
        queue.waiting.remove(at: place)
      }
      return .work(.list(directory))
    case .taken:
      if let other = queue.takeNext() { return .work(other) }
      queue.isReaderWaiting = true
      return nil
    case .failed(let error): return .failed(error)
    case .listed(let listing):
      if directory.isNew { queue.entryCount -= listing.found.count }
      // The listing of the directory around this one keeps this value, but not what is in it.
      directory.phase = .taken
      return .listed(
        listing, wakesOthers: queue.isPaused && queue.entryCount < lowEntryLimit)
    }
  }

  private func carryOut(_ work: Work, using listing: inout Listing) {
    switch work {
    case .look(let page):
      let changed = page.look(in: self)
      queue.update { queue in
        page.phase = .looked
        return queue.add(changed) || queue.isReaderWaiting
      }
    case .list(let directory):
      let phase: WalkedDirectory.Phase
      do {
        phase = .listed(try list(directory, using: &listing))
      } catch {
        phase = .failed(error)
      }
      queue.update { $0.note(phase, of: directory) || $0.isReaderWaiting }
    }
  }

  /// Whether something is a directory of the tree, and none that is mounted there.
  func isWithin(_ status: Status) -> Bool {
    status.kind == .directory && status.device == device && !status.isMountRoot
  }

  /// Whether a directory with this status is the one, with the names, that `stamp` was taken of.
  func isUnchanged(_ status: Status, since stamp: Stamp) -> Bool {
    stamp != .none && stamp == Stamp(of: status) && isWithin(status)
  }
}
