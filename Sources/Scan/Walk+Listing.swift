internal import FileSystem
internal import Replica

extension Walk {
  /// Lists a directory, with the statuses of what is in it.
  func list(
    _ directory: WalkedDirectory, using listing: inout Listing
  ) throws(SystemError) -> DirectoryListing {
    let opened = try root.openDirectory(directory.path)
    // What changes behind this status leaves another one behind, so that its stamp tells of nothing
    // that the listing does not show.
    let status = try opened.status()
    guard directory.path == .root || isWithin(status) else { throw .mountedOver }
    try opened.listStatuses(into: &listing)
    let room = Path.maximumKeyByteCount - directory.path.key.count - 1
    guard listing.found.allSatisfy({ $0.nameCount <= min(room, Path.maximumNameByteCount) }) else {
      throw .nameTooLong
    }
    // Arrays of their own, of just the size.
    var found: [Listing.Found] = []
    found.reserveCapacity(listing.found.count)
    found.append(contentsOf: listing.found)
    var names: [UInt8] = []
    names.reserveCapacity(listing.names.count)
    names.append(contentsOf: listing.names)
    var isWhole = options.notesNameChanges && !options.clock.isRacy(status)
    var children: [(index: Int, directory: WalkedDirectory)] = []
    for index in found.indices {
      switch fate(of: found[index], named: names[found[index].nameRange], in: directory.path) {
      case .entry: break
      case .leftOut: isWhole = false
      case .directory(let path): children.append((index, WalkedDirectory(path, isNew: true)))
      }
    }
    return DirectoryListing(
      stamp: isWhole ? Stamp(of: status) : .none, names: names, found: found,
      children: children)
  }

  /// What becomes of a name in a directory.
  private enum Fate {
    case entry
    /// An entry, and a directory to go into.
    case directory(Path)
    /// No entry, whatever is remembered.
    case leftOut
  }

  private func fate(
    of found: Listing.Found, named name: ArraySlice<UInt8>, in directory: Path
  ) -> Fate {
    guard case .status(let status) = found.sighting, status.kind != .special,
      !StateDirectory.isName(name)
    else { return .leftOut }
    let isDirectory = status.kind == .directory
    if status.isMountRoot, !isDirectory { return .leftOut }
    guard isDirectory || !options.filter.isEmpty else { return .entry }
    let path = directory.appending(name)
    if options.filter.excludes(path.key.span, isDirectory: isDirectory) { return .leftOut }
    return isWithin(status) ? .directory(path) : .entry
  }
}
