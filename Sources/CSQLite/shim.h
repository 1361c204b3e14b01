#include <sqlite3.h>
#include <stddef.h>

/// Has SQLite keep no statistics of its memory, which every allocation of every thread would wait
/// for; only before the first database is opened.
static inline int sqlite3_keep_no_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Has a database run nothing that its file brings along: no view, no trigger, no function.
static inline int sqlite3_run_no_foreign_code(sqlite3 *database) {
  static const int options[][2] = {
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    int code = sqlite3_db_config(database, options[i][0], options[i][1], (int *)0);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}
