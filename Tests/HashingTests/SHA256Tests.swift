import Testing

@testable import Hashing

@Suite struct SHA256Tests {
  @Test func `the vectors are complete`() {
    #expect(SHA256Vectors.short.map(\.message.count) == Array(0...64))
    let longCounts = Array(stride(from: 163, through: 1054, by: 99))
    #expect(SHA256Vectors.long.map(\.message.count) == longCounts)
  }

  @Test(arguments: SHA256Vectors.short + SHA256Vectors.long)
  func `a vector's message has its digest`(vector: SHA256Vectors.Case) {
    var sha256 = SHA256()
    #expect(sha256.digest(of: vector.message).description == vector.digest)
  }

  @Test func `one computation serves every vector in turn`() {
    var sha256 = SHA256()
    for vector in SHA256Vectors.long + SHA256Vectors.short {
      #expect(sha256.digest(of: vector.message).description == vector.digest)
    }
  }

  @Test func `a million times the letter a has the digest that FIPS 180 names`() {
    let thousand = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    var sha256 = SHA256()
    for _ in 0..<1000 { sha256.update(thousand.span.bytes) }
    #expect(
      sha256.finalize().description
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: [SHA256Vectors.short[64], SHA256Vectors.long[0]])
  func `a message cut anywhere has the same digest`(vector: SHA256Vectors.Case) {
    var sha256 = SHA256()
    let message = vector.message
    for cut in 0...message.count {
      sha256.update(message.span.extracting(..<cut).bytes)
      sha256.update(message.span.extracting(cut...).bytes)
      #expect(sha256.finalize().description == vector.digest, "cut at \(cut)")
    }
  }

  @Test func `what was left unfinished is no part of what comes next`() {
    let message = Array("abc".utf8)
    var sha256 = SHA256()
    let alone = sha256.digest(of: message)
    sha256.update(Array("left".utf8).span.bytes)
    #expect(sha256.digest(of: message) == alone)
    sha256.update(Array("left".utf8).span.bytes)
    sha256.restart()
    sha256.update(message.span.bytes)
    #expect(sha256.finalize() == alone)
  }

  @Test func `a message given byte by byte has the same digest`() throws {
    let vector = try #require(SHA256Vectors.long.last)
    var sha256 = SHA256()
    for byte in vector.message { sha256.update([byte].span.bytes) }
    #expect(sha256.finalize().description == vector.digest)
  }
}

extension SHA256 {
  /// Returns the digest of `bytes` alone.
  fileprivate mutating func digest(of bytes: [UInt8]) -> Digest {
    digest(of: bytes.span.bytes)
  }
}
