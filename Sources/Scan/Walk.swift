internal import FileSystem
internal import Replica

/// A directory that a walk has to look at, or has looked at.
final class WalkedDirectory: @unchecked Sendable {
  // SAFETY: `phase` is touched under the walk's monitor alone.
  enum Phase {
    case waiting
    case taken
    case listed(DirectoryListing)
    case failed(SystemError)
  }

  let path: Path
  var phase = Phase.waiting

  init(_ path: Path) { self.path = path }
}

/// What is in a directory, sorted, and which of it are directories to be gone into.
struct DirectoryListing: Sendable {
  let names: [UInt8]
  let found: [Listing.Found]
  /// The directories to go into, each with its index in `found`, in order.
  let children: [(index: Int, directory: WalkedDirectory)]
}

/// Lists the directories of a tree by several threads, ahead of the one that goes through them in
/// key order, which lists others where it would wait.
final class Walk: Sendable {
  /// How many entries may wait for the reader before the threads pause, and how many when they
  /// go on.
  private static let entryLimit = 16_384
  private static let lowEntryLimit = entryLimit / 2

  private let root: Root
  private let device: UInt64
  private let filter: Filter
  private let queue = Monitor(Queue())

  private struct Queue {
    /// The directories not yet listed, the first in key order at the end.
    var waiting: [WalkedDirectory] = []
    var entryCount = 0
    var isPaused = false
    var isReaderWaiting = false
    var isOver = false

    /// Takes the next directory to be listed, if more may be.
    mutating func takeNext() -> WalkedDirectory? {
      if entryCount >= entryLimit { isPaused = true }
      guard !isPaused, let next = waiting.popLast() else { return nil }
      next.phase = .taken
      return next
    }
  }

  init(_ root: Root, device: UInt64, filter: Filter) {
    self.root = root
    self.device = device
    self.filter = filter
  }

  /// Lists directories until the walk is over.
  func work() {
    var listing = Listing()
    while true {
      let directory = queue.waitQuietly { queue -> WalkedDirectory?? in
        if queue.isOver { return .some(nil) }
        return queue.takeNext().map { .some($0) }
      }
      guard let directory else { return }
      list(directory, using: &listing)
    }
  }

  /// Has the threads stop.
  func end() {
    queue.change { $0.isOver = true }
  }

  /// Returns what is in `directory`; works on others while another thread lists that.
  func listing(
    of directory: WalkedDirectory, using listing: inout Listing
  ) throws(SystemError) -> DirectoryListing {
    while true {
      switch queue.waitQuietly(for: { Self.next(for: directory, in: &$0) }) {
      case .work(let other): list(other, using: &listing)
      case .listed(let listing, let wakesOthers):
        if wakesOthers { queue.change { $0.isPaused = false } }
        return listing
      case .failed(let error): throw error
      }
    }
  }

  /// What the reader is to do next.
  private enum Step {
    case work(WalkedDirectory)
    case listed(DirectoryListing, wakesOthers: Bool)
    case failed(SystemError)
  }

  /// What to do for a reader that wants `directory`; nil to wait.
  private static func next(for directory: WalkedDirectory, in queue: inout Queue) -> Step? {
    queue.isReaderWaiting = false
    switch directory.phase {
    case .waiting:
      directory.phase = .taken
      if let place = queue.waiting.lastIndex(where: { $0 === directory }) {
        queue.waiting.remove(at: place)
      }
      return .work(directory)
    case .taken:
      if let other = queue.takeNext() { return .work(other) }
      queue.isReaderWaiting = true
      return nil
    case .failed(let error): return .failed(error)
    case .listed(let listing):
      queue.entryCount -= listing.found.count
      // The listing of the directory around this one keeps this value, but not what is in it.
      directory.phase = .taken
      return .listed(
        listing, wakesOthers: queue.isPaused && queue.entryCount < lowEntryLimit)
    }
  }

  private func list(_ directory: WalkedDirectory, using listing: inout Listing) {
    let phase: WalkedDirectory.Phase
    do {
      let opened = try root.openDirectory(directory.path)
      try opened.listStatuses(into: &listing)
      phase = .listed(copy(of: listing, in: directory.path))
    } catch {
      phase = .failed(error)
    }
    queue.update { queue in
      directory.phase = phase
      guard case .listed(let listed) = phase else { return true }
      queue.entryCount += listed.found.count
      queue.waiting.append(contentsOf: listed.children.reversed().map(\.directory))
      return queue.isReaderWaiting || (!listed.children.isEmpty && !queue.isPaused)
    }
  }

  /// What was listed in the directory `path`, in arrays of its own of just the size.
  private func copy(of listing: borrowing Listing, in path: Path) -> DirectoryListing {
    var found: [Listing.Found] = []
    found.reserveCapacity(listing.found.count)
    found.append(contentsOf: listing.found)
    var names: [UInt8] = []
    names.reserveCapacity(listing.names.count)
    names.append(contentsOf: listing.names)
    return DirectoryListing(
      names: names, found: found, children: children(of: path, found, names))
  }

  private func children(
    of path: Path, _ found: [Listing.Found], _ names: [UInt8]
  ) -> [(index: Int, directory: WalkedDirectory)] {
    var children: [(index: Int, directory: WalkedDirectory)] = []
    for index in found.indices
    where found[index].status.kind == .directory && found[index].errorCode == 0
      && found[index].status.device == device
    {
      let name = names[found[index].nameRange]
      if StateDirectory.isName(name) { continue }
      let child = path.appending(name)
      if !filter.isEmpty && filter.excludes(child.key.span, isDirectory: true) { continue }
      children.append((index, WalkedDirectory(child)))
    }
    return children
  }
}
