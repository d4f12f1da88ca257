#include "CSQLite.h"

#include <stddef.h>

int csqlite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int csqlite_set_lookaside(sqlite3 *connection, int slot_size, int count) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, NULL, slot_size, count);
}
