internal import Glibc

/// A name of a directory while its names are sorted.
///
/// PERF: most comparisons end within one word, since it begins where the names begin to differ.
struct NameKey: BitwiseCopyable, Sendable {
  /// The number of bytes in `prefix`.
  static let prefixByteCount = 8

  /// The first eight bytes of the name behind what all names begin with, the first in the highest
  /// byte. Of a shorter name, what lies behind its zero never decides: no longer name has a zero.
  var prefix: UInt64 = 0

  /// Where the name begins among the bytes of all names.
  let start: UInt32

  /// The number of bytes in the name.
  let count: UInt16
}

extension [NameKey] {
  /// Sorts the keys of `names`, in which each name is followed by a zero and the last by eight, and
  /// drops all but one of each name: XFS gives one twice that is made anew while they are read.
  mutating func sort(names: [UInt8]) {
    // SAFETY: the keys' names lie in `names`, each before a zero, where `strcmp(3)` ends; and
    // eight bytes can be read from every place in a name.
    unsafe names.withUnsafeBytes { bytes in
      guard count > 1, let start = bytes.baseAddress else { return }
      let shared = unsafe sharedCount(start)
      for index in indices {
        let word = unsafe start.loadUnaligned(
          fromByteOffset: Int(self[index].start) + shared, as: UInt64.self)
        self[index].prefix = UInt64(bigEndian: word)
      }
      let text = unsafe start.assumingMemoryBound(to: CChar.self)
      sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        return unsafe strcmp(text + Int(left.start), text + Int(right.start)) < 0
      }
      var former = self[0]
      var position = 0
      removeAll { key in
        defer { (former, position) = (key, position + 1) }
        return unsafe position > 0 && key.count == former.count
          && strcmp(text + Int(key.start), text + Int(former.start)) == 0
      }
    }
  }

  /// How many bytes all names begin with in common.
  private func sharedCount(_ names: UnsafeRawPointer) -> Int {
    let first = unsafe names + Int(self[0].start)
    var shared = Int(self[0].count)
    for key in self {
      let name = unsafe names + Int(key.start)
      var index = 0
      // The zero behind a shorter name differs from every byte of a longer one.
      while index < shared,
        unsafe first.load(fromByteOffset: index, as: UInt8.self)
          == name.load(fromByteOffset: index, as: UInt8.self)
      { index += 1 }
      shared = index
    }
    return shared
  }
}
