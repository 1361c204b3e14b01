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
/// key order and takes part in the work where it would wait.
final class Walk: Sendable {
  /// How many entries may wait for the reader before the threads pause.
  private static let entryLimit = 16_384

  private let root: Root
  private let device: UInt64
  private let filter: Filter
  private let queue = Monitor(Queue())

  private struct Queue {
    /// The directories not yet listed, the first in key order at the end.
    var waiting: [WalkedDirectory] = []
    var entryCount = 0
    var isOver = false
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
      let directory = queue.wait { queue -> WalkedDirectory?? in
        if queue.isOver { return .some(nil) }
        guard queue.entryCount < Self.entryLimit, let next = queue.waiting.popLast() else {
          return nil
        }
        next.phase = .taken
        return next
      }
      guard let directory else { return }
      list(directory, using: &listing)
    }
  }

  /// Has the threads stop.
  func end() {
    queue.change { $0.isOver = true }
  }

  /// Returns what is in `directory`, by this thread's work if no other has begun.
  func listing(
    of directory: WalkedDirectory, using listing: inout Listing
  ) throws(SystemError) -> DirectoryListing {
    let isMine = queue.change { queue in
      guard case .waiting = directory.phase else { return false }
      directory.phase = .taken
      if let place = queue.waiting.lastIndex(where: { $0 === directory }) {
        queue.waiting.remove(at: place)
      }
      return true
    }
    if isMine { list(directory, using: &listing) }
    let result = queue.wait { queue -> Result<DirectoryListing, SystemError>? in
      switch directory.phase {
      case .waiting, .taken: return nil
      case .failed(let error): return .failure(error)
      case .listed(let listing):
        queue.entryCount -= listing.found.count
        // The listing of the directory around this one keeps this value, but not what is in it.
        directory.phase = .taken
        return .success(listing)
      }
    }
    return try result.get()
  }

  private func list(_ directory: WalkedDirectory, using listing: inout Listing) {
    do {
      let opened = try root.openDirectory(directory.path)
      try opened.listStatuses(into: &listing)
    } catch {
      queue.change { _ in directory.phase = .failed(error) }
      return
    }
    var found: [Listing.Found] = []
    found.reserveCapacity(listing.found.count)
    found.append(contentsOf: listing.found)
    var names: [UInt8] = []
    names.reserveCapacity(listing.names.count)
    names.append(contentsOf: listing.names)
    let children = children(of: directory.path, found, names)
    let listed = DirectoryListing(names: names, found: found, children: children)
    queue.change { queue in
      directory.phase = .listed(listed)
      queue.entryCount += found.count
      queue.waiting.append(contentsOf: children.reversed().map(\.directory))
    }
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
      if name.elementsEqual(StateDirectory.name) { continue }
      let child = path.appending(name)
      if !filter.isEmpty && filter.excludes(child.key.span, isDirectory: true) { continue }
      children.append((index, WalkedDirectory(child)))
    }
    return children
  }
}
