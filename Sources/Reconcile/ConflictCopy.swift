internal import Hashing
package import Replica

/// The name under which a version is kept that lost a conflict:
/// `name.sync-conflict-YYYYMMDD-HHMMSS-REPLICA.ext`, with the version's modification time in UTC
/// and sixteen digits: eight of the replica that made it and eight of its content's digest.
///
/// It depends on the version alone, so that every replica gives it the same name; and on all of it,
/// because one replica can lose twice within a second, and neither loser may take the other's name.
package enum ConflictCopy {
  private static let mark = Array(".sync-conflict-".utf8)
  /// What follows the mark: `YYYYMMDD-HHMMSS-REPLICA`.
  private static let stampByteCount = 32

  /// The loser as it is kept: the same version, under the name of a conflict copy.
  package static func entry(of loser: Entry) -> Entry {
    Entry(path: path(of: loser), attributes: loser.attributes, vector: loser.vector)
  }

  private static func path(of loser: Entry) -> Path {
    let (stem, suffix) = split(nameInCopies(of: Array(loser.path.name)))
    let author = loser.vector.dots.last?.replica ?? ReplicaID(rawValue: 0)
    let replica = author.description.prefix(8)
    let content = loser.attributes.digest.description.prefix(8)
    let time = calendarStamp(loser.attributes.modified)
    let stamp = mark + Array("\(time)-\(replica)\(content)".utf8)
    return loser.path.parent.appending(stem + stamp + suffix)
  }

  /// What stands for a name in those of its conflict copies: the name itself, or so much of one for which
  /// there is no room.
  package static func nameInCopies(of name: [UInt8]) -> [UInt8] {
    let (stem, suffix) = split(name)
    let room = Path.maximumNameByteCount - mark.count - stampByteCount - suffix.count
    return stem.count <= room ? name : shortened(stem, to: room, of: name) + suffix
  }

  /// What stands in the name of a conflict copy for that of the path that it belongs to
  /// (``nameInCopies(of:)``); nil if the name is none of a copy.
  package static func original(of name: some Collection<UInt8>) -> [UInt8]? {
    guard name.count > mark.count + stampByteCount else { return nil }
    let name = Array(name)
    let starts = name.indices.dropLast(mark.count + stampByteCount - 1)
    let found = starts.last { name[$0...].starts(with: mark) }
    guard let start = found, start > 0 else { return nil }
    let stamp = name[(start + mark.count)...].prefix(stampByteCount)
    let rest = name[(start + mark.count + stampByteCount)...]
    guard isStamp(Array(stamp)), rest.isEmpty || rest.first == UInt8(ascii: ".") else {
      return nil
    }
    return Array(name[..<start]) + Array(rest)
  }

  private static func isStamp(_ bytes: [UInt8]) -> Bool {
    let dash = UInt8(ascii: "-")
    return bytes.enumerated().allSatisfy { index, byte in
      switch index {
      case 8, 15: byte == dash
      case ..<15: (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      default:
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
    }
  }

  /// The name before its extension, and the extension with its dot, if it has a short one.
  private static func split(_ name: [UInt8]) -> (stem: [UInt8], suffix: [UInt8]) {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0, name.count - dot <= 32 else {
      return (name, [])
    }
    return (Array(name[..<dot]), Array(name[dot...]))
  }

  /// As much of `stem` as there is room for, and a digest of the whole name, so that two long names
  /// stay two; a character of UTF-8 is not cut apart.
  private static func shortened(_ stem: [UInt8], to room: Int, of name: [UInt8]) -> [UInt8] {
    var sha256 = SHA256()
    let digest = Array("~\(sha256.digest(of: name).description.prefix(8))".utf8)
    var head = stem.prefix(room - digest.count)
    if stem[head.endIndex] & 0xc0 == 0x80 {
      while let last = head.popLast(), last & 0xc0 == 0x80 {}
    }
    return Array(head) + digest
  }

  /// `YYYYMMDD-HHMMSS` of a time in nanoseconds since 1970, in UTC (the days by Howard Hinnant,
  /// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
  private static func calendarStamp(_ nanoseconds: Int64) -> String {
    let seconds = floorDivided(nanoseconds, 1_000_000_000)
    let days = floorDivided(seconds, 86_400)
    let second = seconds - days * 86_400
    let shifted = days + 719_468
    let era = floorDivided(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let parts = [(year, 4), (month, 2), (day, 2)]
    let clock = [second / 3600, second / 60 % 60, second % 60]
    return parts.map(padded).joined() + "-" + clock.map { padded($0, 2) }.joined()
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func floorDivided(_ number: Int64, _ divisor: Int64) -> Int64 {
    number / divisor - (number % divisor < 0 ? 1 : 0)
  }
}
