internal import CLinux
internal import Glibc

/// The time since some fixed moment, in nanoseconds, which is never set back.
package func monotonicNanoseconds() -> Int64 {
  nanoseconds(of: CLOCK_MONOTONIC)
}

/// The time that a processor has spent on the calling thread, in nanoseconds.
package func processorNanoseconds() -> Int64 {
  nanoseconds(of: CLOCK_THREAD_CPUTIME_ID)
}

/// Waits for so many nanoseconds, or until a signal comes.
package func pause(nanoseconds: Int64) {
  guard nanoseconds > 0 else { return }
  var time = timespec(
    tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  // SAFETY: the call reads the structure.
  _ = unsafe nanosleep(&time, nil)
}

/// The time since 1970, in nanoseconds, as far as the machine's clock is right.
package func wallClockNanoseconds() -> Int64 {
  nanoseconds(of: CLOCK_REALTIME)
}

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  // SAFETY: the call fills the structure.
  let result = unsafe clock_gettime(clock, &time)
  precondition(result == 0, "the system has no such clock")
  return Timestamp(Int64(time.tv_sec), UInt32(time.tv_nsec)).sinceEpoch
}

/// Bytes that nobody can guess (`getrandom(2)`).
package func randomBytes(_ count: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  var done = 0
  while done < count {
    do {
      done += try systemCall("getrandom") {
        // SAFETY: the call writes at most as many bytes as are left.
        unsafe bytes.withUnsafeMutableBytes {
          unsafe linux_getrandom($0.baseAddress.map { $0 + done }, count - done)
        }
      }
    } catch {
      preconditionFailure("the system gives no random bytes: \(error)")
    }
  }
  return bytes
}

/// 128 random bits as 32 hexadecimal digits.
func randomName() -> [UInt8] {
  hexadecimalDigits(of: randomBytes(16))
}

/// Two lower-case digits for each byte.
func hexadecimalDigits(of bytes: [UInt8]) -> [UInt8] {
  var digits: [UInt8] = []
  digits.reserveCapacity(2 * bytes.count)
  for byte in bytes {
    for half in [byte >> 4, byte & 15] {
      digits.append(half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10)
    }
  }
  return digits
}

/// The identity of this installation, 32 hexadecimal digits (`machine-id(5)`); empty if it has none.
package func machineID() throws(SystemError) -> [UInt8] {
  let digits = try beginning(of: "machine-id", in: "/etc", byteCount: 32)
  let isHexadecimal = digits.allSatisfy {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
  }
  return isHexadecimal ? digits : []
}

/// The name of the machine (`gethostname(2)`); empty if it is too long to be told.
package func hostName() -> [UInt8] {
  var name = [CChar](repeating: 0, count: 256)
  // SAFETY: the call writes no more than the buffer has, whose last byte stays zero.
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return [] }
  return name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
}

/// What tells the times apart that the machine was started, 36 bytes (`random(4)`); empty if that
/// cannot be told.
package func bootID() -> [UInt8] {
  // Whatever the reason: it is not known to be the same start as another.
  (try? beginning(of: "boot_id", in: "/proc/sys/kernel/random", byteCount: 36)) ?? []
}

/// The first bytes of a file of the system's; none if it is not there or has fewer.
private func beginning(
  of name: String, in directory: String, byteCount: Int
) throws(SystemError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: byteCount)
  do throws(SystemError) {
    let file = try Root(openingDirectoryAt: Array(directory.utf8))
      .openDirectory(.root).openFile(name.utf8)
    return try file.read(into: &bytes) == bytes.count ? bytes : []
  } catch {
    // One that is there and cannot be read is not another one.
    guard error.isAbsence else { throw error }
    return []
  }
}

/// How many processors this process may use (`sched_getaffinity(2)`), at least one.
package func processorCount() -> Int {
  max(1, Int(linux_processor_count()))
}
