import Foundation
import TestSupport

/// What a tree holds, before it is made: directories nested as real ones are, with 46 files each on
/// average, most with fewer and some with a thousand; the same for the same parameters.
struct TreePlan: Equatable, Sendable {
  /// One directory with the files right in it.
  struct Folder: Equatable, Sendable {
    /// Its path below the tree's root.
    let path: String
    /// How many directories are on the way to its files, itself included.
    let depth: Int
    let fileCount: Int
    /// Where the names, sizes, times and contents of its files begin.
    let seed: UInt64
  }

  /// How many files the fullest directory has at least, of trees that have so many.
  static let crowdedFileCount = 1_200

  /// Each directory after the one that it is in.
  private(set) var folders: [Folder] = []
  /// How many files come before those of each directory, and at the end of all.
  private(set) var starts = [0]

  var fileCount: Int { starts[starts.count - 1] }

  init(fileCount: Int, seed: UInt64) {
    var random = SplitMix(seed: seed)
    while self.fileCount < fileCount {
      let wanted = folders.count == 2 ? Self.crowdedFileCount : random.folderFileCount()
      append(fileCount: min(wanted, fileCount - self.fileCount), using: &random)
    }
  }

  private mutating func append(fileCount: Int, using random: inout SplitMix) {
    let words = Self.folderWords
    let name = words[random.below(words.count)] + "-\(folders.count)"
    var parent: Folder?
    if folders.count >= 8 {
      repeat { parent = folders[random.below(folders.count)] } while parent?.depth == 5
    }
    folders.append(
      Folder(
        path: (parent.map { $0.path + "/" } ?? "") + name, depth: (parent?.depth ?? 0) + 1,
        fileCount: fileCount, seed: random.next()))
    starts.append(self.fileCount + fileCount)
  }

  /// The directory that the file with this number, counted through all directories, is in, and its
  /// number there.
  func place(ofFile number: Int) -> (folder: Folder, number: Int) {
    var low = 0
    var high = folders.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    return (folders[low], number - starts[low])
  }

  /// The first file of the fullest directory.
  var firstCrowdedFile: Int {
    let fullest = folders.indices.max { folders[$0].fileCount < folders[$1].fileCount }
    return fullest.map { starts[$0] } ?? 0
  }

  private static let folderWords = [
    "src", "lib", "docs", "tests", "assets", "include", "internal", "module", "build", "data",
    "images", "archive", "release", "examples", "vendor", "report", "project", "backup",
  ]
}

extension TreePlan.Folder {
  /// The name of a file: as in a camera's, a project's or an archive's directory, all begin alike.
  func name(ofFile number: Int) -> String {
    let (stem, suffixes) = Self.styles[Int(seed % UInt64(Self.styles.count))]
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
    return stem + zeros + digits + suffixes[number % suffixes.count]
  }

  private static let styles: [(stem: String, suffixes: [String])] = [
    ("IMG_", [".jpg"]), ("report-2023-", [".csv"]), ("module_", [".c", ".h", ".o"]),
    ("test_case_", [".py"]), ("chapter-", [".md"]), ("", [".json"]), ("View", [".swift"]),
    ("message.", [".eml"]), ("thumb_", [".png", ".webp"]), ("access-", [".log", ".log.gz"]),
  ]
}

extension SplitMix {
  /// The number of files of a directory: log-normal, half of them below 20, the mean 46.
  fileprivate mutating func folderFileCount() -> Int {
    min(5_000, max(1, Int(exp(2.98 + 1.3 * normal()))))
  }

  /// The size of a file: log-normal, half of them below 600 bytes, the mean 1,450, at most 1 MB.
  mutating func fileByteCount() -> Int {
    min(1_000_000, Int(exp(6.4 + 1.33 * normal())))
  }

  /// A number from the normal distribution, by the method of Box and Muller.
  private mutating func normal() -> Double {
    let uniform = (Double(next() >> 11) + 1) / 9_007_199_254_740_992
    return (-2 * log(uniform)).squareRoot()
      * cos(2 * .pi * Double(next() >> 11) / 9_007_199_254_740_992)
  }
}
