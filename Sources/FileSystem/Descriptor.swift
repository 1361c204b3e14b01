internal import CLinux
internal import Glibc

/// An open file description that this value owns and closes.
struct Descriptor: ~Copyable, Sendable {
  let number: CInt

  /// Takes over `number`.
  init(owning number: CInt) {
    self.number = number
  }

  /// Opens `name` in `directory`, following no link; `mode` is for a file that `flags` create.
  init(
    opening name: borrowing Name, in directory: CInt, _ flags: CInt, mode: UInt16 = 0
  ) throws(SystemError) {
    number = try systemCall("openat") {
      name.withPointer { unsafe linux_openat(directory, $0, flags | O_NOFOLLOW, UInt32(mode)) }
    }
  }

  deinit {
    _ = Glibc.close(number)
  }

  /// Closes it and reports what `deinit` cannot; never tried twice, since Linux has closed it
  /// whatever the result.
  consuming func close() throws(SystemError) {
    let number = number
    discard self
    if Glibc.close(number) != 0 { throw SystemError(call: "close", code: errno) }
  }

  /// The status of what is open.
  func status() throws(SystemError) -> Status {
    var status = linux_status()
    _ = try systemCall("statx") { unsafe linux_status_at(number, nil, &status) }
    return Status(status)
  }

  func setMode(_ mode: UInt16) throws(SystemError) {
    _ = try systemCall("fchmod") { fchmod(number, mode_t(mode)) }
  }

  /// Gives what is open to whom a directory belongs, as only root may; where not even root may, as within a
  /// user namespace, it stays root's.
  func takeOwner(of directory: borrowing Descriptor) {
    var status = stat()
    // SAFETY: the call fills the structure.
    guard geteuid() == 0, unsafe fstat(directory.number, &status) == 0, status.st_uid != 0 else {
      return
    }
    _ = fchown(number, status.st_uid, status.st_gid)
  }

  func setModified(_ nanoseconds: Int64) throws(SystemError) {
    let time = Timestamp(nanoseconds)
    _ = try systemCall("futimens") {
      linux_set_modified(number, nil, time.seconds, time.nanoseconds)
    }
  }
}
