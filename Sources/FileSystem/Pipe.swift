internal import CLinux
internal import Glibc

/// Whether what is written to the pipe or socket `descriptor` can reach nobody any more.
package func isUnheard(_ descriptor: CInt) -> Bool {
  var state = pollfd(fd: descriptor, events: 0, revents: 0)
  // SAFETY: the call reads and writes the one structure.
  return unsafe poll(&state, 1, 0) > 0
    && state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
}

/// Makes room for `byteCount` bytes in a pipe, so that its ends wait for each other less often;
/// nothing where `descriptor` is no pipe or the system has a lower limit.
package func widenPipe(_ descriptor: CInt, to byteCount: CInt) {
  _ = linux_set_pipe_size(descriptor, byteCount)
}
