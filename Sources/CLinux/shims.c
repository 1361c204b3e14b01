#define _GNU_SOURCE

#include "CLinux.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

const int linux_O_PATH = O_PATH;

int linux_openat(int directory, const char *name, int flags, unsigned mode) {
  return openat(directory, name, flags | O_CLOEXEC, mode);
}

int linux_open_beneath(int directory, const char *path, int flags) {
  struct open_how how = {
      .flags = (uint64_t)(flags | O_CLOEXEC),
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int linux_status_at(
    int directory, const char *name, struct linux_status *status) {
  struct statx found;
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name ? 0 : AT_EMPTY_PATH);
  int result = statx(directory, name ? name : "", flags, STATX_BASIC_STATS, &found);
  if (result != 0) return result;
  status->size = (int64_t)found.stx_size;
  status->modified_seconds = found.stx_mtime.tv_sec;
  status->changed_seconds = found.stx_ctime.tv_sec;
  status->inode = found.stx_ino;
  status->device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
  status->modified_nanoseconds = found.stx_mtime.tv_nsec;
  status->changed_nanoseconds = found.stx_ctime.tv_nsec;
  status->link_count = found.stx_nlink;
  status->mode = found.stx_mode;
  status->is_mount_root = (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

int linux_birth_time(int descriptor, int64_t *seconds, uint32_t *nanoseconds) {
  struct statx found;
  int result = statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME, &found);
  if (result != 0) return result;
  int is_known = (found.stx_mask & STATX_BTIME) != 0;
  *seconds = is_known ? found.stx_btime.tv_sec : 0;
  *nanoseconds = is_known ? found.stx_btime.tv_nsec : 0;
  return 0;
}

ssize_t linux_getdents64(int directory, void *buffer, size_t count) {
  return getdents64(directory, buffer, count);
}

int linux_set_modified(
    int directory, const char *name, int64_t seconds, int64_t nanoseconds) {
  struct timespec times[2] = {
      {.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
  return name ? utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW)
              : futimens(directory, times);
}

int linux_renameat2(
    int directory, const char *name, int new_directory, const char *new_name, unsigned flags) {
  return renameat2(directory, name, new_directory, new_name, flags);
}

int linux_try_lock(int file) { return flock(file, LOCK_EX | LOCK_NB); }

int linux_clone_range(
    int source, uint64_t source_offset, int file, uint64_t offset, uint64_t count) {
  struct file_clone_range range = {source, source_offset, count, offset};
  return ioctl(file, FICLONERANGE, &range);
}

int linux_start_writing(int file, int64_t offset, int64_t count) {
  return sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
}

int linux_set_pipe_size(int pipe, int byte_count) {
  return fcntl(pipe, F_SETPIPE_SZ, byte_count);
}

int linux_syncfs(int descriptor) { return syncfs(descriptor); }

int linux_file_system_id(int descriptor, uint64_t *identity) {
  struct statfs found;
  int result = fstatfs(descriptor, &found);
  if (result != 0) return result;
  *identity = (uint64_t)(uint32_t)found.f_fsid.__val[0] << 32 | (uint32_t)found.f_fsid.__val[1];
  return 0;
}

int linux_file_system_type(int descriptor, uint64_t *type) {
  struct statfs found;
  int result = fstatfs(descriptor, &found);
  if (result == 0) *type = (uint32_t)found.f_type;
  return result;
}

ssize_t linux_getrandom(void *buffer, size_t count) {
  return getrandom(buffer, count, 0);
}

int linux_processor_count(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                          : (int)sysconf(_SC_NPROCESSORS_ONLN);
}
