/// Decides, frame by frame, whether deflating the content that an end sends is tried.
package struct DeflateChoice: Sendable {
  /// What the user wants.
  package enum Policy: Sendable, CaseIterable {
    /// Content goes as it is.
    case never
    /// Deflating is tried where the link is slow, and rarely where it does not help.
    case whenItPays
    /// Deflating is tried on every frame.
    case always
  }

  /// What content has taken lately.
  package struct Costs: Sendable {
    /// The processor's time for all but deflating.
    package var making = Pace()
    /// The processor's time for deflating.
    package var deflating = Pace()
    /// The time until the link has taken it.
    package var writing = Pace()

    /// Creates the costs of a run that has sent nothing.
    package init() {}

    /// Whether the link takes so long for a byte that the processor can deflate it meanwhile, and
    /// then still waits.
    ///
    /// A far end that takes long for each small file looks like a slow link. It takes about as long
    /// for it as this end does, and so is not taken for one.
    var areOfTheLink: Bool {
      guard let writing = writing.nanosecondsPerByte else { return false }
      let processor = (making.nanosecondsPerByte ?? 0) + (deflating.nanosecondsPerByte ?? 0)
      return writing > 2 * processor
    }
  }

  /// How many bytes are tried before the link can have shown how fast it is, and how many frames it
  /// must have taken until then: as much as waits for it. They take the processor some 30
  /// milliseconds.
  static let unknownByteCount = 1 << 20
  static let unknownFrameCount = 4

  /// The most frames that are let pass between two tries.
  static let maximumPauseCount = 64

  private let policy: Policy
  private var byteCount = 0
  private var pauseCount = 1
  private var waitingCount = 0

  /// Creates the choice of a run that has sent nothing.
  package init(_ policy: Policy) {
    self.policy = policy
  }

  /// Whether a sample is deflated first, so that what does not deflate costs little.
  package var takesSamples: Bool { policy == .whenItPays }

  /// Whether deflating is to be tried on the next frame, of so many bytes.
  package mutating func tries(byteCount count: Int, _ costs: Costs) -> Bool {
    switch policy {
    case .never: return false
    case .always: return true
    case .whenItPays: break
    }
    let isUnknown =
      byteCount < Self.unknownByteCount || costs.writing.count < Self.unknownFrameCount
    byteCount = min(byteCount + count, Self.unknownByteCount)
    if waitingCount > 0 {
      waitingCount -= 1
      return false
    }
    return isUnknown || costs.areOfTheLink
  }

  /// Takes how the last try came out: after each that did not help in a row, twice as many frames
  /// are let pass.
  package mutating func note(helped: Bool) {
    waitingCount = helped ? 0 : pauseCount
    pauseCount = helped ? 1 : min(2 * pauseCount, Self.maximumPauseCount)
  }
}
