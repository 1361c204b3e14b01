internal import CSQLite
internal import Hashing

/// A connection to one SQLite database, for one thread.
final class Database {
  private let connection: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// Nobody reads SQLite's statistics; done once, before the first database.
  private static let isConfigured: Bool = sqlite3_keep_no_statistics() == SQLITE_OK

  /// Opens or creates the database in the file at `path`, on which there may be no link; an empty
  /// path is a temporary one.
  init(path: [UInt8]) throws(IndexError) {
    _ = Self.isConfigured
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
    let name = path.map(CChar.init(bitPattern:)) + [0]
    let code = unsafe sqlite3_open_v2(name, &opened, flags, nil)
    guard let opened else { throw .database(code: code, message: "out of memory") }
    connection = opened
    guard code == SQLITE_OK else { throw failure() }
    unsafe sqlite3_extended_result_codes(connection, 1)
    unsafe sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, Self.maximumByteCount)
    let refusal = unsafe sqlite3_run_no_foreign_code(connection)
    guard refusal == SQLITE_OK else {
      throw .database(code: refusal, message: "SQLite 3.31 or later is needed")
    }
  }

  /// The most bytes of a value or a row: more than the longest list of chunks takes.
  private static let maximumByteCount: Int32 = 128 << 20

  deinit {
    unsafe sqlite3_close_v2(connection)
  }

  /// Runs statements that return nothing of interest.
  func execute(_ text: String) throws(IndexError) {
    guard unsafe sqlite3_exec(connection, text, nil, nil, nil) == SQLITE_OK else {
      throw failure()
    }
  }

  /// The statement with this text, ready to be run: prepared when it is asked for first, and kept. It
  /// begins anew for whoever asks for it, so none may ask while another goes through its rows.
  func prepare(_ text: String) throws(IndexError) -> Statement {
    if let statement = statements[text] {
      statement.reset()
      return statement
    }
    var prepared: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard unsafe sqlite3_prepare_v3(connection, text, -1, flags, &prepared, nil) == SQLITE_OK,
      let prepared
    else { throw failure() }
    let statement = Statement(prepared, of: self)
    statements[text] = statement
    return statement
  }

  /// Whether a transaction is open.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(connection) == 0 }

  /// The connection's last failure. Damage to the file shows as corruption, as tables that the statements
  /// do not fit, or as values that are too long.
  func failure() -> IndexError {
    let code = unsafe sqlite3_extended_errcode(connection)
    switch code & 0xff {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_TOOBIG: return .corrupt
    default:
      return .database(code: code, message: unsafe String(cString: sqlite3_errmsg(connection)))
    }
  }
}

/// A prepared statement of a database that outlives it; parameters and columns are counted from 0.
final class Statement {
  private let handle: OpaquePointer
  private unowned let database: Database

  init(_ handle: OpaquePointer, of database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit {
    unsafe sqlite3_finalize(handle)
  }

  /// Makes the statement ready to be run again.
  func reset() {
    unsafe sqlite3_reset(handle)
  }

  /// Sets a parameter to a number.
  func bind(_ index: Int32, _ value: Int64) throws(IndexError) {
    guard unsafe sqlite3_bind_int64(handle, index + 1, value) == SQLITE_OK else {
      throw database.failure()
    }
  }

  /// Sets a parameter to bytes.
  func bind(_ index: Int32, _ bytes: [UInt8]) throws(IndexError) {
    // SAFETY: SQLITE_TRANSIENT has SQLite copy the bytes during the call.
    let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let code =
      bytes.isEmpty
      ? unsafe sqlite3_bind_zeroblob(handle, index + 1, 0)
      : unsafe sqlite3_bind_blob64(handle, index + 1, bytes, UInt64(bytes.count), transient)
    guard code == SQLITE_OK else { throw database.failure() }
  }

  /// Goes to the next row; false behind the last.
  func step() throws(IndexError) -> Bool {
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      let failure = database.failure()
      reset()
      throw failure
    }
  }

  /// Runs a statement that returns no rows.
  func run() throws(IndexError) {
    while try step() {}
  }

  /// The number in a column.
  func integer(_ column: Int32) -> Int64 {
    unsafe sqlite3_column_int64(handle, column)
  }

  /// The digest in a column; nil if something else is there.
  func digest(_ column: Int32) -> Digest? {
    guard let start = unsafe sqlite3_column_blob(handle, column),
      unsafe sqlite3_column_bytes(handle, column) == Digest.byteCount
    else { return nil }
    // SAFETY: SQLite holds the 32 bytes there until the next step.
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Digest.byteCount)
    return Digest(bytes.bytes)
  }

  /// The bytes in a column.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    // SAFETY: SQLite holds `count` bytes there until the next step.
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
