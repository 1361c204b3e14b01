import Testing

@testable import Hashing

@Suite struct FingerprintTests {
  /// Inputs, and the first eight bytes of their tag as a little-endian word.
  ///
  /// Made by the `cryptography` package of Python, which is told to authenticate the input and to
  /// encrypt nothing: `Cipher(AES(b"treemend chunk 1"), GCM(b"\0" * 12))`. OpenSSL's command gives
  /// the same: `openssl mac -cipher AES-128-GCM -macopt hexkey:7472…2031 -macopt hexiv:0000…00
  /// -in FILE GMAC`.
  private static let vectors: [([UInt8], UInt64)] = [
    ([], 0x8677_74e1_7425_4c60), ([0x61], 0xd5ee_820c_9545_dcb9),
    (Array("treemend".utf8), 0x65a0_57b5_9eb3_22d7), (Array(0..<16), 0x8ea5_9862_d403_6674),
    (Array(0...255), 0x47b6_4690_c40b_2e87),
    ([UInt8](repeating: 0x61, count: 1000), 0xe9e8_2eb6_a4a1_e779),
    ([UInt8](repeating: 0, count: 65_536), 0x3ae2_12ed_8a03_62db),
  ]

  @Test(arguments: vectors)
  func `an input has the fingerprint that others compute`(input: [UInt8], value: UInt64) {
    var fingerprint = Fingerprint()
    #expect(fingerprint.of(input.span.bytes) == value)
  }

  @Test func `one computation serves every input in turn`() {
    var fingerprint = Fingerprint()
    for (input, value) in Self.vectors + Self.vectors.reversed() {
      #expect(fingerprint.of(input.span.bytes) == value)
    }
  }

  @Test func `an input cut anywhere has the same fingerprint`() {
    let (input, value) = Self.vectors[4]
    var fingerprint = Fingerprint()
    for cut in 0...input.count {
      fingerprint.update(input.span.extracting(..<cut).bytes)
      fingerprint.update(input.span.extracting(cut...).bytes)
      #expect(fingerprint.finalize() == value, "cut at \(cut)")
    }
  }
}
