internal import FileSystem
internal import Replica

extension Applier {
  /// Gives the file `name`, which had the status `seen`, another mode and modification time; returns its
  /// stamp. It is looked at again just before its time is set, which would hide an edit.
  static func setMetadata(
    of name: ArraySlice<UInt8>, in parent: borrowing Directory, to attributes: Attributes,
    _ seen: Status
  ) throws(Refusal) -> Stamp {
    let stamp: Stamp?
    do throws(SystemError) {
      stamp = try set(attributes, of: try parent.openFile(name, seen: seen), seen)
    } catch {
      guard error.isRefusal else { throw Refusal(error) }
      // One that its owner may not read.
      stamp = try system { () throws(SystemError) in try set(attributes, of: name, in: parent, seen)
      }
    }
    guard let stamp else { throw Refusal(.precondition) }
    return stamp
  }

  /// As above, on a descriptor; nil if the file is not what was seen.
  private static func set(
    _ attributes: Attributes, of file: borrowing File, _ seen: Status
  ) throws(SystemError) -> Stamp? {
    guard file.statusAtOpening?.isSameFile(as: seen) ?? false else { return nil }
    try file.setMode(attributes.mode)
    guard try file.status().isSameFile(as: seen) else { return nil }
    try file.setModified(attributes.modified)
    return Stamp(of: try file.status())
  }

  /// As above, by name.
  private static func set(
    _ attributes: Attributes, of name: ArraySlice<UInt8>, in parent: borrowing Directory,
    _ seen: Status
  ) throws(SystemError) -> Stamp? {
    try parent.setMode(name, attributes.mode)
    guard try parent.status(of: name).isSameFile(as: seen) else { return nil }
    try parent.setModified(name, attributes.modified)
    return Stamp(of: try parent.status(of: name))
  }
}
