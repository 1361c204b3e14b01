internal import ArgumentParser
internal import Glibc

/// An argument of the command line, byte for byte.
///
/// The argument parser takes text, and text repairs bytes that are no UTF-8. Such bytes therefore
/// travel through it as the private characters U+F780 to U+F7FF, as do the bytes of these very
/// characters, so that what arrives is what was given.
struct RawArgument: Hashable, ExpressibleByArgument {
  /// The bytes as the system gave them.
  let bytes: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Takes what `encoded` returned.
  init(argument: String) {
    bytes = argument.unicodeScalars.flatMap { scalar in
      Self.smuggled ~= scalar.value
        ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  /// The bytes as text that keeps them.
  var encoded: String {
    var text = String.UnicodeScalarView()
    for piece in TextPieces(bytes) {
      switch piece {
      case .character(let scalar) where !(Self.smuggled ~= scalar.value): text.append(scalar)
      case .character(let scalar): text += String(scalar).utf8.compactMap(Self.smuggle)
      case .invalid(let byte): text += [byte].compactMap(Self.smuggle)
      }
    }
    return String(text)
  }

  /// The bytes as they may be shown.
  var description: String { Escape.text(bytes) }

  /// The bytes if they are UTF-8.
  var string: String? { String(validating: bytes, as: UTF8.self) }

  private static let smuggled = UInt32(0xf780)...0xf7ff

  private static func smuggle(_ byte: UInt8) -> Unicode.Scalar? {
    Unicode.Scalar(0xf700 + UInt32(byte))
  }
}

extension CommandLine {
  /// The arguments behind the program's name, as the system gave them.
  static var byteArguments: [[UInt8]] {
    (0..<Int(argc)).dropFirst().compactMap { index in
      // SAFETY: the system ends each argument with a zero byte.
      unsafe unsafeArgv[index].map { argument in
        unsafe Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
      }
    }
  }
}
