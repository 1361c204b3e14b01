import Foundation

/// What two sizes of tree let expect of a larger one.
struct Extrapolation {
  /// The sizes measured, in keys, the second the larger, and the one to be told of.
  let smaller: Double
  let larger: Double
  let target: Double

  /// What grows with the logarithm of the size, as what a comparison costs does, by a list more for
  /// each level; where the smaller size happens to have cost more, it is as for the larger.
  func logarithmic(_ small: Double, _ large: Double) -> Double {
    large + max(0, large - small) * log(target / larger) / log(larger / smaller)
  }

  /// What grows with the size, as time does, and memory beside what the program holds anyway.
  func linear(_ small: Double, _ large: Double) -> Double {
    large + (large - small) * (target - larger) / (larger - smaller)
  }
}
