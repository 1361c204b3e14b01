internal import FileSystem
internal import Replica

extension Scanner {
  /// Merges one path that the walk came upon.
  mutating func visit(_ path: Path, _ found: Listing.Found) throws {
    let isDirectory = found.errorCode == 0 && found.status.kind == .directory
    if !options.filter.isEmpty, options.filter.excludes(path.key.span, isDirectory: isDirectory) {
      return
    }
    try passOver(before: path)
    guard found.errorCode == 0 else {
      let code: Problem.Code =
        SystemError(call: "statx", code: found.errorCode).isAbsence ? .vanished : .unreadable
      return try leave(path, code, found.errorCode)
    }
    report.foundCount += found.status.kind == .special ? 0 : 1
    switch found.status.kind {
    case .special: try leave(path, .special, 0)
    case .directory: try take(directory: path, found.status)
    case .file, .link: try take(path, found.status)
    }
  }

  /// Notes that nothing is known of a directory's content.
  mutating func unknownSubtree(_ path: Path, _ code: Problem.Code, _ systemCode: CInt) {
    merge.unknown = path
    report.add(Problem(path: path, code: code, systemCode: systemCode))
  }

  /// Keeps what is remembered of a path that could not be looked at.
  private mutating func leave(
    _ path: Path, _ code: Problem.Code, _ systemCode: CInt
  ) throws {
    unknownSubtree(path, code, systemCode)
    if matches(path) { try keepRemembered() }
  }

  private mutating func take(directory path: Path, _ status: Status) throws {
    let attributes = Attributes.directory(mode: status.mode)
    if status.device != rootDevice { unknownSubtree(path, .mounted, 0) }
    guard matches(path) else {
      let vector = options.observer.found(attributes, at: path, remembered: nil)
      report.changedCount += 1
      return try add(path, .known(attributes, vector, .none))
    }
    let remembered = merge.bucket.run.attributes(at: merge.position)
    report.rememberedCount += remembered.isLive ? 1 : 0
    let former = merge.bucket.run.vector(at: merge.position)
    let vector = options.observer.found(attributes, at: path, remembered: (remembered, former))
    if remembered == attributes, vector == former { return try keepRemembered() }
    report.changedCount += 1
    try replaceRemembered(path, .known(attributes, vector, .none))
  }

  private mutating func take(_ path: Path, _ status: Status) throws {
    guard matches(path) else { return try add(path, .unread(status, remembered: nil)) }
    let attributes = merge.bucket.run.attributes(at: merge.position)
    let stamp = merge.bucket.stamps[merge.position]
    report.rememberedCount += attributes.isLive ? 1 : 0
    if !options.rehashes, attributes.isUnchanged(status, stamp) { return try keepRemembered() }
    let vector = merge.bucket.run.vector(at: merge.position)
    try replaceRemembered(
      path, .unread(status, remembered: (attributes, vector, stamp)))
  }

  /// Deals with the remembered entries before `path`, or with all that are left: those that the
  /// walk did not come upon are gone, unless they were not looked for.
  mutating func passOver(before path: Path?) throws {
    while merge.row != nil {
      while merge.position < merge.bucket.count {
        let position = merge.position
        if let path, !merge.bucket.run.withKey(at: position, { $0.precedes(path.key.span) }) {
          return
        }
        let attributes = merge.bucket.run.attributes(at: position)
        if attributes.isLive {
          try passOver(live: attributes)
        } else if options.observer.keeps(
          tombstone: attributes, merge.bucket.run.vector(at: position))
        {
          try keepRemembered()
        } else {
          try forgetRemembered()
        }
      }
      try closeRow()
      try enterNextRow()
    }
  }

  /// Deals with the next remembered entry, which the walk did not come upon.
  private mutating func passOver(live attributes: Attributes) throws {
    report.rememberedCount += 1
    let gone = merge.bucket.run.path(at: merge.position)
    if isOutOfView(gone, attributes) { return try keepRemembered() }
    let vector = merge.bucket.run.vector(at: merge.position)
    guard let missing = options.observer.missing(gone, vector) else {
      return try forgetRemembered()
    }
    report.changedCount += 1
    try replaceRemembered(gone, .known(missing.attributes, missing.vector, .none))
  }

  private func isOutOfView(_ path: Path, _ attributes: Attributes) -> Bool {
    if let unknown = merge.unknown, path == unknown || path.isBelow(unknown) { return true }
    return !options.filter.isEmpty
      && options.filter.excludesOrIsBelowExcluded(
        path.key.span, isDirectory: attributes.kind == .directory)
  }

  /// Whether the next remembered entry is that of `path`.
  private func matches(_ path: Path) -> Bool {
    merge.row != nil && merge.position < merge.bucket.count
      && merge.bucket.run.withKey(at: merge.position) { $0.matches(path.key.span) }
  }

  private mutating func keepRemembered() throws {
    merge.draft?.append(merge.bucket, merge.position..<(merge.position + 1))
    merge.position += 1
    try submitFullDraft()
  }

  private mutating func forgetRemembered() throws {
    _ = beginDraft()
    merge.position += 1
  }

  private mutating func replaceRemembered(_ path: Path, _ draft: DraftBucket.Draft) throws {
    beginDraft().append(path, draft)
    merge.position += 1
    try submitFullDraft()
  }

  /// Adds a path that is not remembered.
  private mutating func add(_ path: Path, _ draft: DraftBucket.Draft) throws {
    guard merge.row != nil, merge.position > 0, merge.position < merge.bucket.count else {
      try addLoose(path, draft)
      return
    }
    beginDraft().append(path, draft)
    try submitFullDraft()
  }

  /// The draft of the row that the walk is in, with what came before.
  private mutating func beginDraft() -> DraftBucket {
    if let draft = merge.draft { return draft }
    let draft = DraftBucket()
    draft.append(merge.bucket, 0..<merge.position)
    merge.draft = draft
    return draft
  }

  /// Sends what has become of the row so far on its way when it is a bucket's worth.
  private mutating func submitFullDraft() throws {
    guard let draft = merge.draft, draft.count >= DraftBucket.maximumCount else { return }
    try submit(.draft(draft, replacing: merge.isDropped ? nil : merge.row))
    merge.draft = DraftBucket()
    merge.isDropped = true
  }

  /// Adds a path that lies before the row's first entry or behind its last.
  private mutating func addLoose(_ path: Path, _ draft: DraftBucket.Draft) throws {
    if merge.row != nil, merge.position > 0 {
      try closeRow()
      try enterNextRow()
    }
    merge.loose.append(path, draft)
    if merge.loose.count == DraftBucket.maximumCount { try flushLoose() }
  }

  mutating func flushLoose() throws {
    guard merge.loose.count > 0 else { return }
    try submit(.draft(merge.loose, replacing: nil))
    merge.loose = DraftBucket()
  }

  mutating func enterNextRow() throws {
    merge.row = try index.nextRow()
    merge.bucket = merge.row.map { index.bucket(of: $0) } ?? Bucket()
    merge.position = 0
    merge.draft = nil
    merge.isDropped = false
  }

  /// Ends the row that the walk is in.
  mutating func closeRow() throws {
    guard let row = merge.row else { return }
    try flushLoose()
    if let draft = merge.draft {
      try submit(.draft(draft, replacing: merge.isDropped ? nil : row))
    } else {
      try submit(.kept(row))
    }
    merge.row = nil
  }

  private mutating func submit(_ piece: Piece) throws {
    if case .draft(let bucket, _) = piece { pool.add(bucket) }
    underWay.append(piece)
    if underWay.count > Self.windowCount { try settle() }
  }

  /// Writes the oldest piece under way, when it has been hashed.
  mutating func settle() throws {
    switch underWay.removeFirst() {
    case .kept(let row): try index.keep(row)
    case .draft(let draft, let row):
      pool.finish(draft)
      if let row { try index.drop(row) }
      try index.append(settled(draft))
    }
  }

  /// The entries of a draft whose files have been read.
  private mutating func settled(_ draft: DraftBucket) -> Bucket {
    var bucket = Bucket()
    for (position, path) in draft.paths.enumerated() {
      switch draft.drafts[position] {
      case .known(let attributes, let vector, let stamp):
        bucket.append(
          key: path.key.span, attributes: attributes, vector: vector, stamp: stamp)
      case .unread(_, let remembered):
        switch draft.readings[position] {
        case .digest(let digest, let status):
          report.hashedByteCount += status.size
          let attributes = Attributes(of: status, digest)
          let vector = options.observer.found(
            attributes, at: path, remembered: remembered.map { ($0.attributes, $0.vector) })
          if vector != remembered?.vector { report.changedCount += 1 }
          let stamp = options.clock.isRacy(status) ? Stamp.unknown : Stamp(of: status)
          bucket.append(
            key: path.key.span, attributes: attributes, vector: vector, stamp: stamp)
        case .problem(let code, let systemCode):
          report.add(Problem(path: path, code: code, systemCode: systemCode))
          if let old = remembered {
            bucket.append(
              key: path.key.span, attributes: old.attributes, vector: old.vector,
              stamp: old.stamp)
          }
        case nil: preconditionFailure("a draft is read before it is settled")
        }
      }
    }
    return bucket
  }
}
