internal import COpenSSL

/// Tells byte strings apart that nobody has made to clash: the first 64 bits of AES-128-GMAC (NIST
/// SP 800-38D) under a published key and a nonce of zeros, by libcrypto's `EVP_Encrypt` functions.
///
/// Five times as fast as SHA-256, and no proof of anything: what is put together by fingerprints
/// is checked against its digest.
package struct Fingerprint: ~Copyable {
  /// The published key: the 16 bytes "treemend chunk 1".
  private static let key = Array("treemend chunk 1".utf8)
  private static let nonce = [UInt8](repeating: 0, count: 12)

  private let context: OpaquePointer

  /// Creates a computation that has seen no bytes.
  package init() {
    guard let context = EVP_CIPHER_CTX_new(),
      unsafe EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, Self.key, Self.nonce) == 1
    else { preconditionFailure("libcrypto offers no AES-128-GCM") }
    self.context = context
  }

  deinit {
    EVP_CIPHER_CTX_free(context)
  }

  /// Adds `bytes` to the input.
  package mutating func update(_ bytes: RawSpan) {
    var count: Int32 = 0
    // SAFETY: libcrypto reads the span's bytes during the call, and writes nothing but the count.
    let added = unsafe bytes.withUnsafeBytes { buffer in
      unsafe EVP_EncryptUpdate(
        context, nil, &count, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
        Int32(buffer.count))
    }
    precondition(added == 1, "libcrypto's EVP_EncryptUpdate failed")
  }

  /// Returns the fingerprint of the input and begins anew.
  package mutating func finalize() -> UInt64 {
    var tag: UInt64 = 0
    var count: Int32 = 0
    // SAFETY: nothing was encrypted, so that only the tag is written, of which eight bytes are
    // asked for, as many as there is room for.
    let done = unsafe withUnsafeMutableBytes(of: &tag) { bytes in
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe EVP_EncryptFinal_ex(context, start, &count) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 8, start) == 1
        && EVP_EncryptInit_ex(context, nil, nil, nil, Self.nonce) == 1
    }
    precondition(done, "libcrypto could not finish")
    return UInt64(littleEndian: tag)
  }

  /// Returns the fingerprint of `bytes` alone; the computation must have seen none.
  package mutating func of(_ bytes: RawSpan) -> UInt64 {
    update(bytes)
    return finalize()
  }
}
