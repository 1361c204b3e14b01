internal import FileSystem
internal import Replica

extension Scanner {
  /// Merges the path that the walk is at, and what was seen there: nothing is remembered of it, or
  /// the next entry is what is. A directory is to be remembered by `stamp`.
  mutating func visit(_ sighting: Sighting, isRemembered: Bool, stamp: Stamp) throws {
    switch sighting {
    case .unlooked: preconditionFailure("nothing is merged that was not looked at")
    case .failed(let code):
      return try leave(Sighting.error(code).readingProblem, code, isRemembered: isRemembered)
    case .status(let status):
      switch status.kind {
      case .special: return try leave(.special, 0, isRemembered: isRemembered)
      case .directory:
        try takeDirectory(status, stamp, isRemembered: isRemembered)
        // What is mounted there is not the replica's.
        if !walk.isWithin(status) { return }
      case .file, .link:
        if status.isMountRoot { return try leave(.mounted, 0, isRemembered: isRemembered) }
        try takeFile(status, isRemembered: isRemembered)
      }
    }
    report.foundCount += 1
  }

  /// The path that the walk is at, in memory of its own: the key's is used for the next.
  var path: Path {
    var copy: [UInt8] = []
    copy.reserveCapacity(key.count)
    copy.append(contentsOf: key)
    return Path(uncheckedKey: copy)
  }

  /// Notes that nothing is known of a directory's content.
  mutating func unknownSubtree(_ path: Path, _ code: Problem.Code, _ systemCode: CInt) {
    merge.unknown = path
    report.add(Problem(path: path, code: code, systemCode: systemCode))
  }

  /// Keeps what is remembered of a path that could not be looked at.
  private mutating func leave(
    _ code: Problem.Code, _ systemCode: CInt, isRemembered: Bool
  ) throws {
    unknownSubtree(path, code, systemCode)
    if isRemembered { try keepUnseen() }
  }

  private mutating func takeDirectory(
    _ status: Status, _ stamp: Stamp, isRemembered: Bool
  ) throws {
    let path = path
    var attributes = Attributes.directory(mode: status.mode)
    let isMounted = !walk.isWithin(status)
    if isMounted { unknownSubtree(path, .mounted, 0) }
    guard isRemembered else {
      let vector = options.observer.found(attributes, at: path, remembered: nil)
      report.changedCount += 1
      return try add(.known(attributes, vector, stamp))
    }
    let remembered = merge.bucket.run.attributes(at: merge.position)
    report.rememberedCount += remembered.isLive && !isMounted ? 1 : 0
    // The mode is that of what is mounted, and nobody's edit of what lies below.
    if isMounted, remembered.kind == .directory { attributes = remembered }
    let former = merge.bucket.run.vector(at: merge.position)
    let vector = options.observer.found(attributes, at: path, remembered: (remembered, former))
    let isUnchanged = remembered == attributes && vector == former
    if isUnchanged, merge.bucket.stamps[merge.position] == stamp { return try keepRemembered() }
    report.changedCount += isUnchanged ? 0 : 1
    try replaceRemembered(path, .known(attributes, vector, stamp))
  }

  private mutating func takeFile(_ status: Status, isRemembered: Bool) throws {
    guard isRemembered else { return try add(draft(of: status)) }
    let attributes = merge.bucket.run.attributes(at: merge.position)
    let stamp = merge.bucket.stamps[merge.position]
    report.rememberedCount += attributes.isLive ? 1 : 0
    if !options.rehashes, attributes.isUnchanged(status, stamp) { return try keepRemembered() }
    let vector = merge.bucket.run.vector(at: merge.position)
    guard !defers(status, remembered: attributes) else {
      return try replaceRemembered(path, unhashed(status, remembered: (attributes, vector)))
    }
    try replaceRemembered(
      path, .unread(status, remembered: (attributes, vector, stamp)))
  }

  /// Whether a remembered file is left to be hashed while it is sent: one that surely is no longer what it
  /// was, and nothing that a killed run may have brought.
  private func defers(_ status: Status, remembered: Attributes) -> Bool {
    guard case .changed = options.deferral, !options.rehashes, status.kind == .file,
      Deferral.changedByteCounts.contains(status.size), remembered.kind == .file,
      remembered.isHashed
    else { return false }
    return (status.size != remembered.size || status.modified != remembered.modified)
      && !options.observer.expects(path)
  }

  /// What becomes of a file or link that is not remembered.
  private mutating func draft(of status: Status) -> DraftBucket.Draft {
    guard case .new = options.deferral, status.kind == .file else {
      return .unread(status, remembered: nil)
    }
    return unhashed(status, remembered: nil)
  }

  private mutating func unhashed(
    _ status: Status, remembered: (Attributes, VersionVector)?
  ) -> DraftBucket.Draft {
    report.changedCount += 1
    report.unhashedCount += 1
    let attributes = Attributes(of: status, .zero)
    return .known(
      attributes, options.observer.found(attributes, at: path, remembered: remembered), .unknown)
  }

  /// Deals with the remembered entries before the path that the walk is at; returns whether the next
  /// one is that of the path.
  mutating func passOver() throws -> Bool {
    while merge.hasRow {
      while merge.position < merge.bucket.count {
        switch merge.bucket.run.order(at: merge.position, relativeTo: key.span) {
        case .after: return false
        case .same: return true
        case .before: try passOverNext()
        }
      }
      try closeRow()
      try enterNextRow()
    }
    return false
  }

  /// Deals with the remembered entries behind all that the walk came upon.
  mutating func passOverRest() throws {
    while merge.hasRow {
      while merge.position < merge.bucket.count { try passOverNext() }
      try closeRow()
      try enterNextRow()
    }
  }

  /// Deals with the next remembered entry, which the walk did not come upon: it is gone, unless it
  /// was not looked for.
  mutating func passOverNext() throws {
    let attributes = merge.bucket.run.attributes(at: merge.position)
    guard attributes.isLive else {
      let vector = merge.bucket.run.vector(at: merge.position)
      return options.observer.keeps(tombstone: attributes, vector)
        ? try keepRemembered() : forgetRemembered()
    }
    if isNextOutOfView { return try keepUnseen() }
    report.rememberedCount += 1
    let gone = merge.bucket.run.path(at: merge.position)
    let vector = merge.bucket.run.vector(at: merge.position)
    guard let missing = options.observer.missing(gone, attributes.kind, vector) else {
      return forgetRemembered()
    }
    report.changedCount += 1
    try replaceRemembered(gone, .known(missing.attributes, missing.vector, .none))
  }

  /// Whether the next remembered entry is where the walk could not look, or was not to.
  var isNextOutOfView: Bool {
    let isDirectory = merge.bucket.run.kind(at: merge.position) == .directory
    return merge.bucket.run.withKey(at: merge.position) { key in
      if let unknown = merge.unknown,
        key.placement(in: unknown) != .outside || key.matches(unknown.key.span)
      {
        return true
      }
      return options.filter.excludesOrIsBelowExcluded(key, isDirectory: isDirectory)
    }
  }

  /// Keeps what is remembered of a path that the walk has not seen. This scan cannot vouch for the stamp
  /// of a directory that counted for nothing before.
  private mutating func keepUnseen() throws {
    // What is remembered may be of another tree than this one: it is not to be missed later.
    if options.observer.doubtsRemembered { return forgetRemembered() }
    let attributes = merge.bucket.run.attributes(at: merge.position)
    guard !options.trustsStamps, attributes.kind == .directory,
      merge.bucket.stamps[merge.position] != .none
    else { return try keepRemembered() }
    let vector = merge.bucket.run.vector(at: merge.position)
    try replaceRemembered(
      merge.bucket.run.path(at: merge.position), .known(attributes, vector, .none))
  }

  private mutating func keepRemembered() throws {
    merge.position += 1
    guard let draft = merge.draft else { return }
    draft.append(merge.bucket, (merge.position - 1)..<merge.position)
    try submitFullDraft()
  }

  private mutating func forgetRemembered() {
    _ = beginDraft()
    merge.position += 1
  }

  private mutating func replaceRemembered(_ path: Path, _ draft: DraftBucket.Draft) throws {
    beginDraft().append(path, draft)
    merge.position += 1
    try submitFullDraft()
  }

  /// Adds the path that the walk is at, which is not remembered.
  private mutating func add(_ draft: DraftBucket.Draft) throws {
    guard merge.hasRow, merge.position > 0 else {
      // It lies before the row's first entry, or behind the last row.
      merge.loose.append(path, draft)
      if merge.loose.count == DraftBucket.maximumCount { try flushLoose() }
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

  /// Sends what has become of the row so far on its way when it is a bucket's worth, behind what came
  /// before the row.
  private mutating func submitFullDraft() throws {
    guard let draft = merge.draft, draft.count >= DraftBucket.maximumCount else { return }
    try flushLoose()
    try submit(.draft(draft, replacesRow: !merge.isDropped))
    merge.draft = DraftBucket()
    merge.isDropped = true
  }

  mutating func flushLoose() throws {
    guard merge.loose.count > 0 else { return }
    try submit(.draft(merge.loose, replacesRow: false))
    merge.loose = DraftBucket()
  }

  mutating func enterNextRow() throws {
    let row = try rows.next(using: &scratch)
    merge.hasRow = row != nil
    merge.bucket = row?.bucket ?? Bucket()
    merge.seen = row?.seen ?? .each([])
    merge.directories = row?.directories[...] ?? []
    merge.position = 0
    merge.draft = nil
    merge.isDropped = false
  }

  /// Ends the row that the walk is in.
  mutating func closeRow() throws {
    try flushLoose()
    if let draft = merge.draft {
      try submit(.draft(draft, replacesRow: !merge.isDropped))
    } else {
      try submit(.kept)
    }
  }

  private mutating func submit(_ piece: Piece) throws {
    if case .draft(let bucket, _) = piece { pool.add(bucket) }
    underWay.append(piece)
    if underWay.count > Self.windowCount { try settle() }
  }

  /// Writes the oldest piece under way, when it has been hashed.
  mutating func settle() throws {
    switch underWay.removeFirst() {
    case .kept: try index.keepRow()
    case .draft(let draft, let replacesRow):
      try pool.finish(draft, waiting: { try tellProgress() }) {
        try index.keep($0.list, of: $0.path, $0.digest)
      }
      if replacesRow { try index.dropRow() }
      try index.append(try settled(draft))
    }
  }

  /// The entries of a draft whose files have been read.
  private mutating func settled(_ draft: DraftBucket) throws -> Bucket {
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
            attributes, at: path, remembered: remembered.map { ($0.attributes, $0.vector) }
          ) {
            remembered.map { isMade(path, after: $0.stamp) } ?? false
          }
          if vector != remembered?.vector { report.changedCount += 1 }
          let stamp = options.clock.isRacy(status) ? Stamp.unknown : Stamp(of: status)
          bucket.append(
            key: path.key.span, attributes: attributes, vector: vector, stamp: stamp)
        case .problem(let code, let systemCode):
          report.add(Problem(path: path, code: code, systemCode: systemCode))
          if let old = remembered, !options.observer.doubtsRemembered {
            // What was in a directory that is a file now is gone, whatever becomes of the file.
            bucket.append(
              key: path.key.span, attributes: old.attributes, vector: old.vector,
              stamp: old.attributes.kind == .directory ? .none : old.stamp)
          }
          if !(remembered?.attributes.isLive ?? false) { report.doubt(path.parent) }
        case nil: preconditionFailure("a draft is read before it is settled")
        }
      }
    }
    return bucket
  }

  /// Whether what is at a path surely is a file that was made after another had a stamp there: where the
  /// file system keeps both times as they are.
  private func isMade(_ path: Path, after stamp: Stamp) -> Bool {
    guard options.notesNameChanges, stamp != .unknown, let born = try? root.birthTime(of: path)
    else { return false }
    return born > stamp.changed
  }
}
