internal import ArgumentParser
internal import Scan

/// The value of one of the four options that make rules, with its place on the command line: the
/// first rule that matches decides, and the argument parser keeps no order between options.
struct OrderedRule: ExpressibleByArgument {
  /// The options that make rules.
  static let optionNames: Set = ["exclude", "include", "exclude-from", "include-from"]

  private let place: Int
  private let value: RawArgument

  /// Takes what `Invocation` made of a value: its place, a colon, the value.
  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let place = Int(parts[0]) else { return nil }
    self.place = place
    value = RawArgument(argument: String(parts[1]))
  }

  /// Puts the rules of all four options in the order in which they were given.
  static func filter(
    exclude: [OrderedRule], include: [OrderedRule], excludeFrom: [OrderedRule],
    includeFrom: [OrderedRule]
  ) throws(Failure) -> Filter {
    let all =
      exclude.map { (rule: $0, includes: false, isFile: false) }
      + include.map { (rule: $0, includes: true, isFile: false) }
      + excludeFrom.map { (rule: $0, includes: false, isFile: true) }
      + includeFrom.map { (rule: $0, includes: true, isFile: true) }
    var filter = Filter()
    for (rule, includes, isFile) in all.sorted(by: { $0.rule.place < $1.rule.place }) {
      let value = rule.value
      let text = isFile ? try InputFile.contents(of: value) : value.bytes
      do throws(FilterError) {
        if isFile {
          try filter.append(file: text, includes: includes)
        } else {
          try filter.append(argument: text, includes: includes)
        }
      } catch {
        throw .usage("the rule '\(value.description)' is refused: \(error.meaning)")
      }
    }
    do throws(FilterError) {
      return try Filter(validating: filter.rules)
    } catch {
      throw .usage("the rules are refused: \(error.meaning)")
    }
  }
}

extension FilterError {
  /// What the user is told.
  fileprivate var meaning: String {
    switch self {
    case .emptyPattern: "it has no pattern"
    case .patternTooLong: "its pattern is longer than \(Filter.Rule.maximumPatternByteCount) bytes"
    case .tooManyRules:
      "they may be \(Filter.maximumRuleCount), of \(Filter.maximumByteCount) bytes together"
    }
  }
}
