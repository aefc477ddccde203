#include "table.h"

#include "parallel.h"

enum { REHASH_AHEAD = 64, REHASH_CHUNK = 1 << 14, CLEAR_CHUNK = 1 << 18 };

/* LOAD: three quarters of the slots. Growth by 40 % leaves more than half of them in use: at most 7.5 bytes a state. */
uint64_t table_load(uint64_t slots)
{
    return least(slots / 4 * 3, MOST_STATES);
}

/* Puts a number into a table that does not have it: all states differ, so the first free slot is right. */
static void put_new(store *s, uint64_t hash, uint64_t number)
{
    const uint32_t value = store_tag(s, hash) | (uint32_t)(number + 1);
    for (uint64_t at = store_slot(s, hash);; at = next_slot(s, at)) {
        uint32_t slot = atomic_load_explicit(&s->table[at], memory_order_relaxed);
        if (slot == 0 && take_slot(s, at, &slot, value))
            return;
    }
}

/* Puts the numbers of a range into the table. The slot of each is fetched REHASH_AHEAD numbers before it is written. */
static void rehash_range(store *s, uint64_t from, uint64_t to)
{
    uint64_t hashes[REHASH_AHEAD];
    for (uint64_t number = from; number < to + REHASH_AHEAD; number++) {
        uint64_t *hash = &hashes[number % REHASH_AHEAD];
        if (number >= from + REHASH_AHEAD)
            put_new(s, *hash, number - REHASH_AHEAD);
        if (number < to) {
            *hash = store_hash_of(s, number);
            __builtin_prefetch((const void *)&s->table[store_slot(s, *hash)], 1);
        }
    }
}

static void clear_range(store *s, uint64_t from, uint64_t to)
{
    memset((void *)(s->table + from), 0, (to - from) * sizeof *s->table);
}

/* A range that the workers take in chunks. */
typedef struct {
    store *s;
    void (*part)(store *s, uint64_t from, uint64_t to);
    uint64_t end, chunk;
    _Atomic uint64_t next;
} shared_range;

static void take_chunks(void *shared, uint32_t worker)
{
    (void)worker;
    shared_range *r = shared;
    for (;;) {
        const uint64_t from = atomic_fetch_add(&r->next, r->chunk);
        if (from >= r->end)
            return;
        r->part(r->s, from, least(from + r->chunk, r->end));
    }
}

/* part(s, from, to) for all chunks of 0 .. end-1. Short work is for the calling thread alone. */
static void in_chunks(store *s, void (*part)(store *s, uint64_t from, uint64_t to), uint64_t end, uint64_t chunk, uint32_t threads)
{
    shared_range r = {s, part, end, chunk, 0};
    threads = end < 4 * chunk ? 1 : threads;
    s->alone = threads == 1;
    run_parallel(threads, take_chunks, &r);
    s->alone = 1;
}

int table_reserve(store *s, uint64_t states)
{
    return arena_reserve(&s->table_memory, (2 * states + 4 * SMALL_TABLE) * sizeof *s->table);
}

/* What was not in use before is 0 already. */
int table_resize(store *s, uint64_t slots, uint64_t count, uint32_t threads)
{
    if (arena_commit(&s->table_memory, slots * sizeof *s->table))
        return -1;
    s->table = (_Atomic uint32_t *)(void *)s->table_memory.base;
    in_chunks(s, clear_range, s->slots, CLEAR_CHUNK, threads);
    s->slots = slots;
    s->count_limit = table_load(slots);
    s->number_bits = 1;
    while ((s->count_limit >> s->number_bits) != 0) /* number + 1 <= count_limit fits */
        s->number_bits++;
    in_chunks(s, rehash_range, count, REHASH_CHUNK, threads);
    return 0;
}
