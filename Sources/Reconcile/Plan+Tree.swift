internal import Replica

extension Plan {
  /// A path that an end has a directory at, and that the rules would not have be one.
  private struct Doomed {
    let path: Path
    let entries: Pair<Entry?>
  }

  /// Finds out what path-by-path rules cannot see: directories that must be there for what is to be
  /// in them, and the places of conflict copies.
  mutating func surveyTree(_ rules: TwoWay) throws {
    var survey = self
    var doomed: [Doomed] = []
    try differences.forEach { path, entries in
      while let last = doomed.last, !path.isBelow(last.path) { doomed.removeLast() }
      if isUnknown(path) {
        if entries.isLive { survey.blocked.formUnion(doomed.map(\.path)) }
        return
      }
      let resolution = rules.resolve(source: entries.source, destination: entries.destination)
      if let loser = resolution.loser { try survey.keep(loser, of: path, entries) }
      let isLive = resolution.result.map(\.attributes.isLive) ?? entries.isLive
      if isLive {
        for above in doomed {
          survey.revived.insert(above.path)
          let revival = rules.revive(
            source: above.entries.source, destination: above.entries.destination)
          if let loser = revival.loser { try survey.keep(loser, of: above.path, above.entries) }
        }
        doomed.removeAll()
      }
      if resolution.result?.attributes.kind != .directory, entries.hasDirectory {
        doomed.append(Doomed(path: path, entries: entries))
      }
    }
    self = survey
  }

  /// Finds a place for the loser of a conflict.
  private mutating func keep(_ loser: Entry, of path: Path, _ entries: Pair<Entry?>) throws {
    let copy = ConflictCopy.entry(of: loser)
    let beside = try differences.entries(at: copy.path)
    guard keep(copy, over: beside) != nil, !isUnknown(copy.path),
      copy.path.key.count <= Path.maximumKeyByteCount
    else {
      unkept.insert(path)
      return
    }
    let side: Side = entries.source == loser ? .source : .destination
    copies[copy.path] = Copy(entry: copy, origin: path, side: side)
  }
}

extension Pair<Entry?> {
  /// Whether an end has something there.
  fileprivate var isLive: Bool { isLive(.source) || isLive(.destination) }

  /// Whether both ends have the same there, whenever it was changed.
  var haveSameContent: Bool {
    guard let source, let destination else { return source == destination }
    return source.attributes.hasSameContent(as: destination.attributes)
  }

  /// Whether one end has.
  func isLive(_ side: Side) -> Bool { self[side]?.attributes.isLive ?? false }

  /// Whether an end has a directory there.
  fileprivate var hasDirectory: Bool {
    source?.attributes.kind == .directory || destination?.attributes.kind == .directory
  }
}
