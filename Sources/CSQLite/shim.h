#include <sqlite3.h>

/// Has SQLite keep no statistics of its memory, which every allocation of every thread would wait
/// for; only before the first database is opened.
static inline int sqlite3_keep_no_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
