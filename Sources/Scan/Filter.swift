package import Replica

/// Which paths a run leaves out: rsync's rules in order, the first that matches decides, and what
/// none matches is kept (rsync(1), "FILTER RULES").
package struct Filter: Hashable, Sendable {
  /// The most rules of a run.
  package static let maximumRuleCount = 4096

  /// The most bytes in all their patterns together.
  package static let maximumByteCount = 131_072

  /// The rules, the first to be asked first.
  package private(set) var rules: [Rule]

  /// Takes rules that are to be validated with others, or need not be.
  package init(rules: [Rule] = []) {
    self.rules = rules
  }

  /// Takes the rules of a run, or throws if they are more than an end is ready to apply.
  package init(validating rules: [Rule]) throws(FilterError) {
    guard
      rules.count <= Self.maximumRuleCount,
      rules.reduce(0, { $0 + $1.pattern.count }) <= Self.maximumByteCount
    else { throw .tooManyRules }
    self.rules = rules
  }

  /// Whether nothing is left out, whatever its path.
  package var isEmpty: Bool { rules.isEmpty }

  /// Adds `rule` after the others.
  package mutating func append(_ rule: Rule) {
    rules.append(rule)
  }

  /// Forgets the rules so far.
  mutating func removeAll() {
    rules.removeAll()
  }

  /// Whether the path of `key` itself is left out; a walk does not enter such a directory.
  ///
  /// The cost is the path's length times the patterns', whatever they hold. The root is never
  /// left out.
  package func excludes(_ key: Span<UInt8>, isDirectory: Bool) -> Bool {
    guard !key.isEmpty else { return false }
    for rule in rules where rule.matches(key, isDirectory: isDirectory) { return !rule.includes }
    return false
  }

  /// Whether the path of `key` or a directory on the way to it is left out: a walk does not come to
  /// such a path.
  package func excludesOrIsBelowExcluded(_ key: Span<UInt8>, isDirectory: Bool) -> Bool {
    guard !rules.isEmpty else { return false }
    for index in key.indices where key[index] == Path.separator {
      if excludes(key.extracting(..<index), isDirectory: true) { return true }
    }
    return excludes(key, isDirectory: isDirectory)
  }

  /// Whether an entry is not to be seen. What was deleted may have been of any kind: it is seen if it
  /// would have been as one of them.
  package func hides(_ key: Span<UInt8>, _ kind: Attributes.Kind) -> Bool {
    guard kind == .tombstone else {
      return excludesOrIsBelowExcluded(key, isDirectory: kind == .directory)
    }
    return excludesOrIsBelowExcluded(key, isDirectory: true)
      && excludesOrIsBelowExcluded(key, isDirectory: false)
  }
}

/// Why rules are refused.
package enum FilterError: Error, Equatable {
  /// A prefix, `+ ` or `- `, without a pattern.
  case emptyPattern
  /// A pattern of more than `Filter.Rule.maximumPatternByteCount` bytes.
  case patternTooLong
  /// More rules, or more bytes in them, than a peer may send.
  case tooManyRules
}
