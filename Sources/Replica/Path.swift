internal import Hashing

/// The place of an entry below its root: bytes, never text.
///
/// A path is held as its *key*: the names on the way, joined by a zero byte, which no name can
/// hold. Ordering keys byte by byte therefore orders paths name by name, puts a directory right
/// before what is in it, and is the order of a depth-first walk with sorted names.
package struct Path: Hashable, Sendable {
  /// The byte between two names of a key.
  package static let separator: UInt8 = 0

  /// The longest name, in bytes (`NAME_MAX` of every Linux file system).
  package static let maximumNameByteCount = 255

  /// The longest key, in bytes: sixteen times `PATH_MAX`.
  package static let maximumKeyByteCount = 65_536

  /// The root itself, which is no entry.
  package static let root = Path(uncheckedKey: [])

  /// The names joined by zero bytes; empty for the root.
  package let key: [UInt8]

  /// Takes a key that is known to be well formed.
  package init(uncheckedKey key: [UInt8]) {
    self.key = key
  }

  /// Takes a key from anywhere, or throws if it is not well formed.
  package init(key: [UInt8]) throws(MalformedKey) {
    try Self.validate(key.span)
    self.key = key
  }

  /// Takes names joined by `/`, as a user writes them, or throws if one of them cannot be a name.
  package init(slashed bytes: [UInt8]) throws(MalformedKey) {
    try self.init(
      key: bytes.map { byte throws(MalformedKey) in
        if byte == Self.separator { throw MalformedKey() }
        return byte == UInt8(ascii: "/") ? Self.separator : byte
      })
  }

  /// The path's bytes as system calls and users know them, joined by `/`.
  package var slashed: [UInt8] {
    key.map { $0 == Self.separator ? UInt8(ascii: "/") : $0 }
  }

  /// The last name; empty for the root.
  package var name: ArraySlice<UInt8> {
    guard let cut = key.lastIndex(of: Self.separator) else { return key[...] }
    return key[(cut + 1)...]
  }

  /// The directory that holds this path; the root's parent is the root.
  package var parent: Path {
    guard let cut = key.lastIndex(of: Self.separator) else { return .root }
    return Path(uncheckedKey: Array(key[..<cut]))
  }

  /// The path of `name` in this directory.
  package func appending(_ name: some Collection<UInt8>) -> Path {
    if key.isEmpty { return Path(uncheckedKey: Array(name)) }
    return Path(uncheckedKey: key + [Self.separator] + name)
  }

  /// Whether this path is in `ancestor`, at any depth; everything is in the root, but the root.
  package func isBelow(_ ancestor: Path) -> Bool {
    key.span.isBelow(ancestor.key.span)
  }

  /// Whether this path is right in `directory`.
  package func isChild(of directory: Path) -> Bool {
    let start = directory.key.isEmpty ? 0 : directory.key.count + 1
    return isBelow(directory) && !key[start...].contains(Self.separator)
  }

  /// Throws unless `key` is one or more names joined by zero bytes, none of them empty, `.`, `..`,
  /// longer than 255 bytes or with a `/` in it.
  ///
  /// With `knownCount`, the first so many bytes are those of a key that was found well formed, so
  /// that only the names from there on are looked at.
  package static func validate(
    _ key: Span<UInt8>, knownCount: Int = 0
  ) throws(MalformedKey) {
    guard !key.isEmpty, key.count <= maximumKeyByteCount else { throw MalformedKey() }
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    var nameStart = min(knownCount, key.count)
    while nameStart > 0, key[nameStart - 1] != separator { nameStart -= 1 }
    for index in nameStart...key.count {
      guard index == key.count || key[index] == separator else {
        if key[index] == slash { throw MalformedKey() }
        continue
      }
      let count = index - nameStart
      let isDots =
        count <= 2 && count > 0 && key[nameStart] == dot && key[index - 1] == dot
      guard count > 0, count <= maximumNameByteCount, !isDots else { throw MalformedKey() }
      nameStart = index + 1
    }
  }
}

/// The error of bytes that are no key.
package struct MalformedKey: Error, Equatable {
  /// Creates the error.
  package init() {}
}

/// How one key stands to another in key order.
package enum KeyOrder: Sendable {
  /// It comes before the other.
  case before
  /// It is the other.
  case same
  /// It comes behind the other.
  case after
}

extension Path: Comparable {
  /// Key order.
  package static func < (left: Path, right: Path) -> Bool {
    left.key.span.precedes(right.key.span)
  }
}

extension Span<UInt8> {
  /// Whether these bytes come before `other` in byte order, a prefix before what it begins.
  package func precedes(_ other: Span<UInt8>) -> Bool {
    order(relativeTo: other) == .before
  }

  /// Whether these bytes are those of `other`.
  package func matches(_ other: Span<UInt8>) -> Bool {
    count == other.count && sharedPrefixCount(with: other) == count
  }

  /// How these bytes and `other` are ordered, a prefix before what it begins.
  package func order(relativeTo other: Span<UInt8>) -> KeyOrder {
    let shared = sharedPrefixCount(with: other)
    if shared < count, shared < other.count {
      return self[shared] < other[shared] ? .before : .after
    }
    return count == other.count ? .same : count < other.count ? .before : .after
  }

  /// Whether the path of this key is in that of `other`, at any depth; everything is in the root, whose
  /// key is empty, but the root.
  package func isBelow(_ other: Span<UInt8>) -> Bool {
    if other.isEmpty { return !isEmpty }
    return count > other.count && self[other.count] == Path.separator
      && sharedPrefixCount(with: other) == other.count
  }

  /// How many bytes these and `other` begin with in common.
  ///
  /// PERF: eight bytes a step, since neighbouring keys begin with the same directories.
  package func sharedPrefixCount(with other: Span<UInt8>) -> Int {
    let limit = Swift.min(count, other.count)
    let mine = bytes
    let theirs = other.bytes
    var index = 0
    while index + 8 <= limit {
      let difference = mine.word(at: index) ^ theirs.word(at: index)
      if difference != 0 { return index + difference.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < limit, self[index] == other[index] { index += 1 }
    return index
  }
}
