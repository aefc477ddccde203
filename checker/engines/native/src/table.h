/* The table of a store (store.h), when no worker runs: how full it may be, and how it grows. It grows where it stands: memory that the system has
 * just given costs more than the new table itself, as each page is cleared when it is first written. */
#ifndef TEAMCHECK_TABLE_H
#define TEAMCHECK_TABLE_H

#include "store.h"

#ifndef SMALL_TABLE
#define SMALL_TABLE (1 << 16) /* slots; smaller ones grow fourfold */
#endif

/* The most states that a table of so many slots may hold: LOAD. */
uint64_t table_load(uint64_t slots);
/* Addresses for tables of so many states at any load that growth may leave, and for small ones; 0, or -1 when the system gives none. */
int table_reserve(store *s, uint64_t states);
/* A table of at least as many slots as there are now, with the first `count` states of the log in it; 0, or -1 when there is no memory: then the
 * table is what it was. */
int table_resize(store *s, uint64_t slots, uint64_t count, uint32_t threads);

#endif
