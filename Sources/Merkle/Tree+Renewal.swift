package import Replica

/// Which buckets of a tree no longer hold what they did when it was built.
package struct StaleBuckets: Sendable {
  private var flags: [Bool]
  /// The bucket of the key before: the next is mostly in it, too.
  private var recent = 0

  /// None of a tree's buckets.
  package init(of tree: Tree) {
    flags = Array(repeating: false, count: max(1, tree.bucketCount))
  }

  /// Notes that an entry at `key` of `tree` has come, changed or gone.
  package mutating func insert(_ key: Span<UInt8>, of tree: Tree) {
    if !tree.isBucket(recent, at: key) { recent = tree.bucket(at: key) }
    flags[recent] = true
  }

  /// Notes that entries from the key `first` of `tree` to `last` have changed and none has come or
  /// gone.
  package mutating func insert(_ first: Span<UInt8>, through last: Span<UInt8>, of tree: Tree) {
    for bucket in tree.bucket(at: first)...tree.bucket(at: last) { flags[bucket] = true }
  }

  /// The first one not before `bucket`.
  func first(from bucket: Int) -> Int? {
    flags[min(bucket, flags.count)...].firstIndex(of: true)
  }
}

/// Buckets of entries as they are stored, to renew a tree from.
package protocol BucketStore {
  /// Whether a tree is to show all of the stored entries that its projection shows.
  var isShownWhole: Bool { get }
  /// The first key of the bucket that `key` is in or would come behind; nil before the first.
  func firstKey(ofBucketAt key: [UInt8]) throws -> [UInt8]?
  /// Up to `limit` buckets in key order, from the first key not before `key` on.
  func summaries(from key: [UInt8], limit: Int) throws -> [BucketSummary]
  /// The entries, as far as a tree is to show them, of the bucket that begins with `firstKey`.
  func entries(ofBucketFrom firstKey: [UInt8]) throws -> EntryRun
}

extension Tree {
  /// The tree of what `store` holds now, which differs from what this tree is of in `stale` buckets
  /// alone.
  ///
  /// What is read and hashed follows the changes: the rest is taken over from this tree.
  package func renewed(at stale: StaleBuckets, from store: some BucketStore) throws -> Tree {
    var builder = TreeBuilder(like: self)
    var next = 0
    while let bucket = stale.first(from: next) {
      builder.append(next..<bucket, of: self)
      next = try builder.follow(store, from: bucket, of: self)
    }
    if next < bucketCount { builder.append(next..<bucketCount, of: self) }
    return builder.finish(former: self)
  }

  /// Whether `bucket` is the one that `key` is in or would come behind.
  fileprivate func isBucket(_ bucket: Int, at key: Span<UInt8>) -> Bool {
    bucket < bucketCount && firstKeys.order(at: bucket, relativeTo: key) != .after
      && (bucket + 1 == bucketCount || firstKeys.order(at: bucket + 1, relativeTo: key) == .after)
  }

  /// The bucket that `key` is in or would come behind; the first if it would come before all.
  package func bucket(at key: Span<UInt8>) -> Int {
    var (low, high) = (0, max(1, bucketCount))
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstKeys.order(at: middle, relativeTo: key) == .after {
        high = middle
      } else {
        low = middle
      }
    }
    return low
  }
}

extension TreeBuilder {
  /// The most summaries that are read at once.
  private static let pageCount = 64

  /// Adds what the store holds from the beginning of a bucket of `former` on, until another of its
  /// buckets begins; returns which, or a number behind them all at the end.
  fileprivate mutating func follow(
    _ store: some BucketStore, from bucket: Int, of former: Tree
  ) throws -> Int {
    var next = bucket + 1
    var key = bucket > 0 ? former.firstKey(ofBucket: bucket) : []
    if let start = try store.firstKey(ofBucketAt: key), start != key {
      let run = try store.entries(ofBucketFrom: start)
      for index in run.firstIndex(notBefore: key.span)..<run.count {
        append(entryAt: index, of: run)
      }
    }
    // Mostly one bucket has changed, and the next is as it was.
    var limit = 2
    while true {
      let summaries = try store.summaries(from: key, limit: limit)
      for summary in summaries {
        if former.begins(summary.firstKey.span, from: &next), isAtStart { return next }
        if store.isShownWhole, append(summary) { continue }
        append(try store.entries(ofBucketFrom: summary.firstKey))
      }
      guard summaries.count == limit, let last = summaries.last else {
        return max(next, former.bucketCount)
      }
      key = last.firstKey + [0]
      limit = min(2 * limit, Self.pageCount)
    }
  }
}

extension Tree {
  /// Whether a bucket begins with `key`; `bucket`, which begins not behind it, becomes the first
  /// that does not begin before it.
  fileprivate func begins(_ key: Span<UInt8>, from bucket: inout Int) -> Bool {
    while bucket < bucketCount {
      switch firstKeys.order(at: bucket, relativeTo: key) {
      case .before: bucket += 1
      case .same: return true
      case .after: return false
      }
    }
    return false
  }
}
