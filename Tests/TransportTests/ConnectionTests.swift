import FileSystem
import Glibc
import Replica
import TestSupport
import Testing
import Wire

@testable import Transport

@Suite struct ConnectionTests {
  private static let frames = [Frame(.hello, [1, 2, 3]), Frame(.finish, [])]

  private static var encoded: [UInt8] {
    Magic.bytes + frames.flatMap { $0.encoded(deflating: false) }
  }

  @Test(arguments: [true, false])
  func `frames arrive in order both ways, and every byte is counted`(deflates: Bool) throws {
    let pipes = try Pipes()
    let one = pipes.connection()
    let other = Connection(
      input: pipes.far.input, output: pipes.far.output, silenceLimitSeconds: nil
    ) { false }
    let sent = Frame.samples(seed: 1)
    let answers = Frame.samples(seed: 2)
    let speaker = FileSystem.Thread {
      for frame in sent { try? one.send(frame, deflating: deflates) }
    }
    for (frame, answer) in zip(sent, answers) {
      #expect(try other.receive() == frame)
      try other.send(answer, deflating: deflates)
      #expect(try one.receive() == answer)
    }
    speaker.join()
    #expect(one.receiveIfReady() == nil)
    one.close()
    #expect(throws: TransportError.closed) { try other.receive() }
    other.close()
    for (sender, receiver, frames) in [(one, other, sent), (other, one, answers)] {
      let byteCount = frames.reduce(Magic.bytes.count) {
        $0 + $1.encoded(deflating: deflates).count
      }
      #expect(sender.sentByteCount == Int64(byteCount))
      #expect(receiver.receivedByteCount == Int64(byteCount))
    }
  }

  @Test func `nothing more is sent over a connection that is closed`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection()
    connection.close()
    #expect(throws: TransportError.closed) { try connection.send(Self.frames[0]) }
    #expect(try pipes.hear(Magic.bytes.count) == Magic.bytes)
    close(pipes.far.output)
    close(pipes.far.input)
  }

  @Test(arguments: ["Welcome!\n", "t", "treemend", "treemend\n and the rest of it", "x"])
  func `what is no magic is shown`(text: String) throws {
    let pipes = try Pipes()
    try pipes.say(Array(text.utf8))
    let connection = pipes.connection()
    #expect(throws: TransportError.noMagic(sample: Array(text.utf8))) { try connection.receive() }
    connection.close()
    close(pipes.far.input)
  }

  @Test func `of a long text without magic no more than a sample is shown`() throws {
    let pipes = try Pipes()
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
    try pipes.say(text)
    let connection = pipes.connection()
    #expect(throws: TransportError.noMagic(sample: Array(text.prefix(513)))) {
      try connection.receive()
    }
    connection.close()
    close(pipes.far.input)
  }

  /// Every place where the bytes may end.
  @Test(arguments: 0...encoded.count)
  func `an end between frames is an end, and within one a cut`(count: Int) throws {
    let pipes = try Pipes()
    try pipes.say(Array(Self.encoded.prefix(count)))
    let connection = pipes.connection()
    var left = count - Magic.bytes.count
    for frame in Self.frames {
      left -= frame.encoded(deflating: false).count
      if left >= 0 { #expect(try connection.receive() == frame) }
    }
    let magic = Magic.bytes.count
    let isEnd = [0, magic, magic + 8, magic + 13].contains(count)
    let expected: TransportError =
      isEnd ? .closed : count < magic ? .noMagic(sample: Array(Magic.bytes.prefix(count))) : .cut
    #expect(throws: expected) { try connection.receive() }
    #expect(throws: expected) { try connection.receive() }
    connection.close()
    close(pipes.far.input)
  }

  @Test(arguments: [
    ([0x01, 0x00, 0x04, 0x00, 0x01], Malformed.count),
    ([0xff, 0xff, 0xff, 0xff, 0x01], .count), ([0x00, 0x00, 0x00, 0x80, 0x01], .count),
    ([0x00, 0x00, 0x00, 0x00, 0x00], .kind), ([0x00, 0x00, 0x00, 0x00, 0x7f], .kind),
  ])
  func `a header beyond the bounds is refused before what follows it`(
    header: [UInt8], malformed: Malformed
  ) throws {
    let pipes = try Pipes()
    try pipes.say(Magic.bytes + header)
    let connection = pipes.connection()
    #expect(throws: TransportError.malformed(malformed)) { try connection.receive() }
    connection.close()
    close(pipes.far.input)
  }

  @Test func `frames without content that nobody takes do not pile up`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection()
    let frameCount = 100_000
    let frame = Frame(.wantVersions, []).encoded(deflating: false)
    let speaker = FileSystem.Thread {
      try? pipes.say(Magic.bytes + Array(repeating: frame, count: frameCount).joined())
    }
    var counts = [-1]
    repeat {
      usleep(100_000)
      counts.append(connection.waitingCount)
    } while counts[counts.count - 1] != counts[counts.count - 2] || counts.count < 5
    #expect(counts[counts.count - 1] < frameCount / 4, "\(counts)")
    for _ in 0..<frameCount { _ = try connection.receive() }
    speaker.join()
    #expect(throws: TransportError.closed) { try connection.receive() }
    connection.close()
    close(pipes.far.input)
  }

  @Test func `a far end that nobody hears any more receives nothing`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection(endsUnheard: true)
    // Heard, so that nothing is left to be written that would fail.
    #expect(try pipes.hear(Magic.bytes.count) == Magic.bytes)
    close(pipes.far.input)
    #expect(throws: TransportError.closed) { try connection.receive() }
    close(pipes.far.output)
    connection.close()
  }

  @Test func `what waits is ended by the user`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection { true }
    #expect(throws: TransportError.interrupted) { try connection.receive() }
    // Nobody reads, so that sending has to wait at last.
    var random = SplitMix(seed: 1)
    let frame = Frame(.content, random.bytes(Frame.maximumPayloadByteCount))
    #expect(throws: TransportError.interrupted) {
      for _ in 0..<32 { try connection.send(frame, deflating: false) }
    }
    close(pipes.far.input)
    close(pipes.far.output)
    connection.close()
  }

  @Test(arguments: [(false, 1.8...3.8), (true, 0...1.0)] as [(Bool, ClosedRange<Double>)])
  func `what is sent goes out at its rate, or at once if the user wants to stop`(
    isInterrupted: Bool, seconds: ClosedRange<Double>
  ) throws {
    let pipes = try Pipes()
    let connection = pipes.connection { isInterrupted }
    connection.keep(to: SendingTerms(byteRate: 1000))
    let start = monotonicNanoseconds()
    try connection.send(Frame(.content, [UInt8](repeating: 1, count: 2000)), deflating: false)
    connection.close()
    #expect(seconds ~= Double(monotonicNanoseconds() - start) / 1e9)
    close(pipes.far.input)
    close(pipes.far.output)
  }

  @Test func `sending to nobody ends`() throws {
    let pipes = try Pipes()
    let connection = pipes.connection()
    close(pipes.far.input)
    let frame = Frame(.content, [UInt8](repeating: 1, count: Frame.maximumPayloadByteCount))
    #expect(throws: TransportError.closed) {
      for _ in 0..<32 { try connection.send(frame, deflating: false) }
    }
    close(pipes.far.output)
    connection.close()
  }
}
