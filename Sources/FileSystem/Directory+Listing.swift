internal import CLinux
internal import Glibc

extension Directory {
  /// Fills `listing` with the names in the directory but `.` and `..`, without their statuses.
  package func list(into listing: inout Listing) throws(SystemError) {
    try listing.read(descriptor)
    for key in listing.keys { listing.found.append(Listing.Found(key)) }
  }

  /// Fills `listing` with the names in the directory but `.` and `..` and their statuses.
  ///
  /// PERF: the scan's hottest code.
  package func listStatuses(into listing: inout Listing) throws(SystemError) {
    try listing.read(descriptor)
    Self.appendStatuses(of: listing.keys, listing.names, in: descriptor, to: &listing.found)
  }

  static func appendStatuses(
    of keys: [NameKey], _ names: [UInt8], in directory: CInt, to found: inout [Listing.Found]
  ) {
    // SAFETY: each name is followed by a zero.
    unsafe names.withUnsafeBytes { bytes in
      let text = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      guard let text = unsafe text else { return }
      var status = linux_status()
      for key in keys {
        var one = Listing.Found(key)
        do throws(SystemError) {
          _ = try systemCall("statx") {
            unsafe linux_status_at(directory, text + Int(key.start), &status)
          }
          one.sighting = .status(Status(status))
        } catch {
          one.sighting = .failed(error.code)
        }
        found.append(one)
      }
    }
  }
}

extension Listing.Found {
  fileprivate init(_ key: NameKey) {
    nameStart = key.start
    nameCount = key.count
  }
}

extension Listing {
  /// Reads and sorts the names in `directory`, from its beginning.
  fileprivate mutating func read(_ directory: CInt) throws(SystemError) {
    removeAll()
    _ = try systemCall("lseek") { lseek(directory, 0, SEEK_SET) }
    while true {
      let count = try systemCall("getdents64") {
        // SAFETY: the call writes at most as many bytes as it is told the array has.
        unsafe records.withUnsafeMutableBytes {
          unsafe linux_getdents64(directory, $0.baseAddress, $0.count)
        }
      }
      if count == 0 { break }
      guard names.count + count <= UInt32.max else {
        throw SystemError(call: "getdents64", code: EOVERFLOW)
      }
      Self.appendNames(of: records, count, to: &names, &keys)
    }
    names.append(contentsOf: repeatElement(0, count: NameKey.prefixByteCount))
    keys.sort(names: names)
    found.reserveCapacity(keys.count)
  }

  /// Appends the names in the first `byteCount` bytes of `records`, each a `struct linux_dirent64`.
  private static func appendNames(
    of records: [UInt8], _ byteCount: Int, to names: inout [UInt8], _ keys: inout [NameKey]
  ) {
    // SAFETY: the kernel filled `byteCount` bytes with whole records, whose names end in a zero.
    unsafe records.withUnsafeBytes { records in
      guard let start = records.baseAddress else { return }
      var record = start
      while unsafe record < start + byteCount {
        let name = unsafe record + 19
        let count = unsafe strlen(name.assumingMemoryBound(to: CChar.self))
        if unsafe !isDots(name, count) {
          keys.append(NameKey(start: UInt32(names.count), count: UInt16(count)))
          unsafe names.append(contentsOf: UnsafeRawBufferPointer(start: name, count: count + 1))
        }
        record = unsafe record + Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
      }
    }
  }

  private static func isDots(_ name: UnsafeRawPointer, _ count: Int) -> Bool {
    let dot = UInt8(ascii: ".")
    return count <= 2 && name.load(as: UInt8.self) == dot
      && (count == 1 || name.load(fromByteOffset: 1, as: UInt8.self) == dot)
  }
}
