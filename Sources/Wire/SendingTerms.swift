/// How an end is to send, as the user wants it of both.
package struct SendingTerms: Equatable, Sendable {
  /// The rates that may be asked for.
  package static let byteRates = 512...(1 << 50)

  /// What becomes of content.
  package var deflation = DeflateChoice.Policy.whenItPays
  /// The most bytes that go over the pipe in a second; nil for as many as it takes.
  package var byteRate: Int?

  /// Creates terms.
  package init(deflation: DeflateChoice.Policy = .whenItPays, byteRate: Int? = nil) {
    self.deflation = deflation
    self.byteRate = byteRate
  }
}

extension Open {
  /// How the responder is to send.
  package var terms: SendingTerms {
    let deflation: DeflateChoice.Policy =
      flags.contains(.deflates) ? .always : flags.contains(.keepsContent) ? .never : .whenItPays
    return SendingTerms(deflation: deflation, byteRate: byteRate)
  }
}

extension Open.Flags {
  /// What the responder is told of what becomes of content.
  package init(_ deflation: DeflateChoice.Policy) {
    switch deflation {
    case .never: self = .keepsContent
    case .whenItPays: self = []
    case .always: self = .deflates
    }
  }
}
