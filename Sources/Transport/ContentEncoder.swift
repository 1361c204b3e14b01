internal import FileSystem
internal import Wire

/// Encodes the content that an end sends, deflated as the user wants it.
///
/// It is for one thread: what making and deflating cost is that thread's time of the processor.
struct ContentEncoder: Sendable {
  private var choice: DeflateChoice
  private var costs = DeflateChoice.Costs()
  /// The processor's time at the end of the last frame.
  private var last: Int64?

  init(_ policy: DeflateChoice.Policy) {
    choice = DeflateChoice(policy)
  }

  /// The bytes of a frame, given what writing has taken lately.
  mutating func encode(_ frame: Frame, writing: Pace) -> [UInt8] {
    let start = processorNanoseconds()
    let byteCount = frame.payload.count
    if let last { costs.making.note(nanoseconds: start - last, byteCount: byteCount) }
    costs.writing = writing
    defer { last = processorNanoseconds() }
    guard frame.isWorthDeflating, choice.tries(byteCount: byteCount, costs) else {
      return frame.encoded(deflating: false)
    }
    let isHopeless = choice.takesSamples && !frame.sampleDeflates
    let bytes = frame.encoded(deflating: !isHopeless)
    choice.note(helped: Frame.isDeflated(bytes))
    costs.deflating.note(
      nanoseconds: processorNanoseconds() - start,
      byteCount: isHopeless ? min(byteCount, Frame.sampleByteCount) : byteCount)
    return bytes
  }
}
