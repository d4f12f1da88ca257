#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// Settings of SQLite with variable argument lists, which Swift cannot call.

/// Stops counting the memory that SQLite uses: the count takes a lock at every allocation. It has an effect only before
/// the first connection of the process.
int csqlite_disable_memory_statistics(void);

/// Gives a connection slots for small allocations of its own. It has no effect while the connection uses some.
int csqlite_set_lookaside(sqlite3 *connection, int slot_size, int count);

#endif
