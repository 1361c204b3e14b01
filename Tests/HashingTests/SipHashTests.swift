import Testing

@testable import Hashing

@Suite struct SipHashTests {
  @Test func `the paper's example gives the paper's value`() {
    let input = [UInt8](0..<15)
    let sip = SipHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
    #expect(sip.hash(input.span.bytes) == 0xa129_ca61_49be_45e5)
  }
}
