internal import Session

/// How far a run is, as one line of text.
struct ProgressLine {
  let progress: Progress
  /// Seconds since the content began to move.
  let seconds: Double
  /// Bytes that had been brought when the clock began.
  var firstByteCount: Int64 = 0

  /// The line, cut to `width` columns; it holds ASCII characters only.
  func text(width: Int) -> String {
    let quantity = Quantity()
    let items = quantity.text(progress.itemCount)
    let line =
      switch progress.phase {
      case .scanning:
        "scanning: \(items) entries, \(Quantity.shortBytes(progress.byteCount)) hashed"
      case .comparing: "comparing: \(items) nodes"
      case .transferring:
        "\(items)/\(quantity.text(progress.itemTotal)) items, "
          + "\(Quantity.shortBytes(progress.byteCount))"
          + " of \(Quantity.shortBytes(progress.byteTotal)), \(percent)%\(rate)"
      }
    return String(line.prefix(max(0, width)))
  }

  /// How much is done; 100 only when all is.
  private var percent: Int {
    let (done, total) =
      progress.byteTotal > 0
      ? (Double(progress.byteCount), Double(progress.byteTotal))
      : (Double(progress.itemCount), Double(progress.itemTotal))
    guard total > 0 else { return 100 }
    return Int(100 * min(max(done / total, 0), 1))
  }

  private var rate: String {
    let brought = Double(progress.byteCount - firstByteCount)
    guard seconds >= 1, brought > 0 else { return "" }
    let perSecond = brought / seconds
    let left = Double(max(0, progress.byteTotal - progress.byteCount)) / perSecond
    return ", \(Quantity.shortBytes(Int64(perSecond)))/s"
      + ", \(Quantity.seconds(left.rounded(.up))) left"
  }
}
