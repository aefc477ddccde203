/* Memory straight from the system: arrays that grow in place up to what was reserved, and such that never grow. */
#ifndef TEAMCHECK_ARENA_H
#define TEAMCHECK_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* An array that never moves: addresses are reserved once, memory is taken when it is committed and written. */
typedef struct {
    char *base;
    size_t reserved, committed; /* bytes */
} arena;

int arena_reserve(arena *a, size_t bytes);
/* Makes at least `bytes` bytes usable (0 at first); 0, or -1 when the system gives no more. */
int arena_commit(arena *a, size_t bytes);
/* Gives back the memory of the bytes below `end`, of which those below `from` were given back before; they read as zeros. How far it went. */
size_t arena_discard(arena *a, size_t from, size_t end);
void arena_release(arena *a);

/* Zeroed memory in large pages where the system has them, or in small ones, of which only those that are written are taken; or NULL. */
void *large_allocate(size_t bytes);
void *sparse_allocate(size_t bytes);
void mapped_free(void *memory, size_t bytes);

/* Bytes of memory of the machine. */
uint64_t machine_memory(void);

#endif
