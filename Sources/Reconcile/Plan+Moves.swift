internal import Hashing
internal import Replica

/// What is renamed at one replica rather than copied and deleted.
struct Moves {
  /// The former path of each file, and of each directory for people to see, by the new one.
  private(set) var formerPaths: [Path: Path] = [:]
  /// The paths that they leave.
  private(set) var left: Set<Path> = []

  /// Whether nothing is renamed.
  var isEmpty: Bool { formerPaths.isEmpty }

  mutating func add(from old: Path, to new: Path) {
    formerPaths[new] = old
    left.insert(old)
  }

  /// Adds to a change what is known of a renaming.
  func describe(_ action: inout Action) {
    switch action.decision {
    case .create: action.movedFrom = formerPaths[action.path]
    case .delete: action.isMovedAway = left.contains(action.path)
    case .record, .update, .metadata: return
    }
  }
}

extension Plan {
  /// Files that are deleted at one replica, by what they are but for their names.
  private struct Gone {
    var paths: [Attributes: [Path]] = [:]
    var directories: Set<Path> = []

    /// Takes one of the files, by preference of the same name; an empty one by no other, because
    /// all of them are alike.
    mutating func take(like entry: Entry) -> Path? {
      guard var found = paths[entry.attributes] else { return nil }
      let index = found.firstIndex { $0.name == entry.path.name }
      guard let index = index ?? (entry.attributes.size > 0 ? 0 : nil), index < found.count else {
        return nil
      }
      let path = found.remove(at: index)
      paths[entry.attributes] = found
      return path
    }
  }

  /// Pairs what is created at a replica with the same that is deleted there; false if there is no
  /// such pair.
  mutating func surveyMoves() throws -> Bool {
    var moves = moves
    for side in order
    where tally.deletionCount[side] > 0 && tally.itemCount[side] > tally.deletionCount[side] {
      var gone = Gone()
      try forEachStep { action in
        guard action.side == side, action.decision == .delete, let before = action.before else {
          return
        }
        if before.attributes.kind == .file {
          gone.paths[before.attributes, default: []].append(action.path)
        } else if before.attributes.kind == .directory {
          gone.directories.insert(action.path)
        }
      }
      var made: Set<Path> = []
      try forEachStep { action in
        guard action.side == side, action.decision == .create, action.copiedFrom == nil else {
          return
        }
        if action.after.attributes.kind == .directory { made.insert(action.path) }
        guard action.after.attributes.kind == .file, let old = gone.take(like: action.after) else {
          return
        }
        moves[side].add(from: old, to: action.path)
        moves[side].addDirectories(around: old, action.path, gone: gone.directories, made: made)
      }
    }
    self.moves = moves
    return hasMoves
  }
}

extension Moves {
  /// Pairs the directories around a renamed file as far as they have been renamed themselves.
  fileprivate mutating func addDirectories(
    around old: Path, _ new: Path, gone: Set<Path>, made: Set<Path>
  ) {
    var (old, new) = (old, new)
    while old.name == new.name {
      (old, new) = (old.parent, new.parent)
      guard gone.contains(old), made.contains(new), formerPaths[new] == nil, !left.contains(old)
      else { return }
      add(from: old, to: new)
    }
  }
}
