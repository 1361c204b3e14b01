extension Int64 {
  /// The sum of two sizes, or the largest number if it is beyond: a peer or a sparse file can claim any.
  package func saturatingSum(with other: Int64) -> Int64 {
    let (sum, isBeyond) = addingReportingOverflow(other)
    return isBeyond ? .max : sum
  }
}
