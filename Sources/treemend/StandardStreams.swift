internal import Glibc

/// The three descriptors that a program is started with.
enum StandardStreams {
  /// Opens `/dev/null` for each of them that is closed, so that no file of a replica can come to be
  /// descriptor 1 and have results written into it. To read from a closed one stays an error, since rules
  /// that were to come from it are not none, and so does to write results.
  static func reserve() {
    for descriptor in CInt(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free descriptor is this one: those below it are open by now.
      let mode =
        switch descriptor {
        case STDIN_FILENO: O_WRONLY
        case STDOUT_FILENO: O_RDONLY
        default: O_RDWR
        }
      _ = open("/dev/null", mode)
    }
  }

  /// Whether `descriptor` is a terminal (the C function `isatty(3)`).
  static func isTerminal(_ descriptor: CInt) -> Bool {
    isatty(descriptor) == 1
  }

  /// How many columns the terminal on `descriptor` has; 80 if it does not say.
  static func columnCount(of descriptor: CInt) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
