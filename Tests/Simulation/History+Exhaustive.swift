extension History {
  /// Every course of up to three operations of two replicas and two names, one of which may hold
  /// the other, from nothing and from replicas that agree; calls `body` with each.
  package static func forEachSmall(_ body: (History) throws -> Void) rethrows {
    let beginnings: [[Operation]] = [
      [],
      [
        .makeDirectory(replica: 0, path: 0), .write(replica: 0, path: 3, size: 1),
        .write(replica: 0, path: 1, size: 1),
        .sync(replica: 0, with: 1, direction: 0, fault: .none),
      ],
    ]
    for beginning in beginnings {
      for first in small {
        try body(History(replicaCount: 2, beginning + [first]))
        for second in small {
          try body(History(replicaCount: 2, beginning + [first, second]))
          for third in small {
            try body(History(replicaCount: 2, beginning + [first, second, third]))
          }
        }
      }
    }
  }

  /// The operations of such a course: the paths are `a`, `b` and `a/b`.
  private static let small: [Operation] = [0, 1].flatMap { replica -> [Operation] in
    let paths = [0, 1, 3]
    return paths.flatMap { path -> [Operation] in
      [
        .write(replica: replica, path: path, size: 1), .remove(replica: replica, path: path),
        .link(replica: replica, path: path), .changeMode(replica: replica, path: path),
        .makeDirectory(replica: replica, path: path), .touch(replica: replica, path: path),
      ]
    } + [(0, 1), (1, 0), (3, 1), (1, 3)].map { .rename(replica: replica, path: $0.0, to: $0.1) }
      + [0, 1].map {
        .sync(replica: replica, with: 1 - replica, direction: $0, fault: .none)
      }
  }
}
