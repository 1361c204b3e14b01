// What Swift cannot import from the system's headers: calls without a wrapper, variadic calls,
// functions that share their name with a structure, and macros that only GNU source sees. The
// header includes hardly any of theirs, since the importer's view of those is not GNU's.
//
// Each function returns what its system call does: -1 with `errno` set when it failed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// open(2)'s O_PATH: opens a place in the tree without opening the file.
extern const int linux_O_PATH;

// openat(2), for an existing file or, with O_CREAT in `flags`, a new one of `mode`.
int linux_openat(int directory, const char *name, int flags, unsigned mode);

// openat2(2), by which no name of `path` leaves `directory` or is a link that is followed.
int linux_open_beneath(int directory, const char *path, int flags);

// The part of `struct statx` that is used.
struct linux_status {
  int64_t size, modified_seconds, changed_seconds;
  uint64_t inode, device;
  uint32_t modified_nanoseconds, changed_nanoseconds, link_count;
  uint16_t mode;
  bool is_mount_root;
};

// statx(2) of `name` in `directory`, or of `directory` itself when `name` is null; links are not
// followed and nothing is mounted.
int linux_status_at(int directory, const char *name, struct linux_status *status);

// statx(2) of what is open: when it was made; zero where the file system does not tell.
int linux_birth_time(int descriptor, int64_t *seconds, uint32_t *nanoseconds);

// getdents64(2): as many whole records as fit into `buffer`, and how many bytes they take.
ssize_t linux_getdents64(int directory, void *buffer, size_t count);

// utimensat(2) of `name` in `directory`, or futimens(3) of `directory` itself when `name` is null;
// the time of access stays as it is and links are not followed.
int linux_set_modified(int directory, const char *name, int64_t seconds, int64_t nanoseconds);

// renameat2(2); `flags` are RENAME_NOREPLACE (1), RENAME_EXCHANGE (2) or none.
int linux_renameat2(
    int directory, const char *name, int new_directory, const char *new_name, unsigned flags);

// flock(2), exclusive and without waiting.
int linux_try_lock(int file);

// ioctl(2) FICLONERANGE: `file` shares blocks of `source`.
int linux_clone_range(
    int source, uint64_t source_offset, int file, uint64_t offset, uint64_t count);

// sync_file_range(2) SYNC_FILE_RANGE_WRITE: writing to the disk begins, and is not waited for.
int linux_start_writing(int file, int64_t offset, int64_t count);

// fcntl(2) F_SETPIPE_SZ.
int linux_set_pipe_size(int pipe, int byte_count);

// syncfs(2).
int linux_syncfs(int descriptor);

// fstatfs(2), of which the file system's identity.
int linux_file_system_id(int descriptor, uint64_t *identity);

// fstatfs(2), of which the file system's type.
int linux_file_system_type(int descriptor, uint64_t *type);

// getrandom(2).
ssize_t linux_getrandom(void *buffer, size_t count);

// sched_getaffinity(2): how many processors this process may run on.
int linux_processor_count(void);
