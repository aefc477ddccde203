#include "store.h"

#include <stdlib.h>

#include "table.h"

#ifndef FIRST_SLOTS
#define FIRST_SLOTS (1 << 12) /* at least 100 */
#endif
enum { LEAST_BITS = 1 << 20, LARGEST_COMMIT = 64 << 20 };
#ifndef FIRST_COMMIT
#define FIRST_COMMIT (2 << 20) /* bytes of the log */
#endif

static uint64_t bytes_a_state(const store *s)
{
    return 8ull * s->words + 4 + (s->fingerprints.base ? 8 : 0) + (s->depths.base ? 8 : 0);
}

static uint64_t bytes_with(const store *s, uint64_t count, uint64_t slots)
{
    return count * bytes_a_state(s) - least(s->released, count) * 8 * s->words + slots * 4 + bits_bytes(&s->seen) + s->other_bytes;
}

uint64_t store_bytes(const store *s)
{
    return bytes_with(s, atomic_load(&s->count), s->slots);
}

static void release_arenas(store *s)
{
    arena *const arenas[] = {&s->log, &s->predecessors, &s->table_memory, &s->fingerprints, &s->waiting, &s->depths};
    for (size_t i = 0; i < sizeof arenas / sizeof *arenas; i++)
        arena_release(arenas[i]);
}

/* Addresses for as many states as the limits allow; fewer, when the system does not even give addresses. */
static int reserve(store *s, const store_options *options)
{
    uint64_t memory = s->memory_limit > bits_bytes(&s->seen) ? s->memory_limit - bits_bytes(&s->seen) : 0;
    uint64_t states = memory / (options->kind == STORE_FINGERPRINTS ? 12 : bytes_a_state(s)) + 1;
    if (states > MOST_STATES)
        states = MOST_STATES;
    if (s->states_limit < states)
        states = s->states_limit + 1;
    for (;; states /= 2) {
        if (!(arena_reserve(&s->log, states * 8 * s->words) || arena_reserve(&s->predecessors, states * 4) ||
              (options->kind != STORE_BITS && table_reserve(s, states)) ||
              (options->kind == STORE_FINGERPRINTS && arena_reserve(&s->fingerprints, states * 8)) ||
              (options->depth_first && (arena_reserve(&s->waiting, states * 4) || arena_reserve(&s->depths, states * 4)))))
            return 0;
        release_arenas(s);
        if (states < 2 * BLOCK)
            return -1;
    }
}

/* As much memory for an arena of some bytes a state as the log has. */
static int commit_beside(const store *s, arena *a, uint64_t bytes)
{
    uint64_t wanted = s->log.committed / (8 * s->words) * bytes;
    return arena_commit(a, wanted < a->reserved ? wanted : a->reserved);
}

/* Memory for at least `states` states, and for more when that is cheap. */
static int commit(store *s, uint64_t states)
{
    uint64_t step = s->log.committed / 4;
    step = step < FIRST_COMMIT ? FIRST_COMMIT : step > LARGEST_COMMIT ? LARGEST_COMMIT : step;
    uint64_t log = s->log.committed + step;
    log = least(log, s->log.reserved);
    log = log < states * 8 * s->words ? states * 8 * s->words : log;
    return arena_commit(&s->log, log) || commit_beside(s, &s->predecessors, 4) ||
           (s->fingerprints.base && commit_beside(s, &s->fingerprints, 8)) ||
           (s->depths.base && (commit_beside(s, &s->waiting, 4) || commit_beside(s, &s->depths, 4)));
}

/* The number of states that the limit on memory leaves, the table as it is. */
static uint64_t memory_room(const store *s)
{
    uint64_t fixed = bytes_with(s, 0, s->slots);
    return s->memory_limit > fixed ? (s->memory_limit - fixed + s->released * 8 * s->words) / bytes_a_state(s) : 0;
}

static void note_peak(store *s)
{
    uint64_t bytes = store_bytes(s);
    s->peak_bytes = bytes > s->peak_bytes ? bytes : s->peak_bytes;
}

/* So many states have memory in all arrays that have something for each. */
static uint64_t committed_states(const store *s)
{
    uint64_t states = least(s->log.committed / (8 * s->words), s->predecessors.committed / 4);
    if (s->fingerprints.base)
        states = least(states, s->fingerprints.committed / 8);
    if (s->depths.base)
        states = least(states, least(s->waiting.committed, s->depths.committed) / 4);
    return states;
}

/* Establishes ROOM. */
static void set_room(store *s)
{
    const uint64_t committed = committed_states(s);
    s->room = least(least(committed, s->count_limit), least(memory_room(s), least(s->states_limit, MOST_STATES)));
    note_peak(s);
}

int store_take_other(store *s, uint64_t bytes)
{
    const uint64_t before = s->other_bytes;
    s->other_bytes = bytes;
    const int fits = store_bytes(s) <= s->memory_limit;
    s->other_bytes = fits ? bytes : before;
    set_room(s);
    return fits ? 0 : -1;
}

/* A table for as many states as are expected, when memory allows it. */
static uint64_t first_slots(const store *s, uint64_t expected)
{
    uint64_t states = least(expected, table_load(s->table_memory.reserved / sizeof *s->table) - 8), slots = states / 3 * 4 + 8;
    return states > table_load(FIRST_SLOTS) && bytes_with(s, states, slots) <= s->memory_limit ? slots : FIRST_SLOTS;
}

/* Three quarters of the memory that is left, or as much as the states that may be found can use; less, when the system does not give it. */
static int open_bits(store *s)
{
    uint64_t left = s->memory_limit > s->other_bytes ? s->memory_limit - s->other_bytes : 0;
    uint64_t bytes = left / 4 * 3, useful = s->states_limit < UINT64_MAX / 8 ? s->states_limit * 8 : UINT64_MAX;
    s->count_limit = MOST_STATES;
    for (bytes = least(bytes, useful); bits_open(&s->seen, bytes); bytes /= 2)
        if (bytes < LEAST_BITS)
            return -1;
    return 0;
}

store_result store_open(store *s, uint32_t words, const store_options *options)
{
    memset(s, 0, sizeof *s);
    s->words = words;
    s->alone = 1;
    s->memory_limit = options->memory_limit;
    s->states_limit = options->states_limit;
    s->other_bytes = options->other_bytes;
    if ((options->kind == STORE_BITS && open_bits(s)) || reserve(s, options) || commit(s, 1) ||
        (options->kind != STORE_BITS && table_resize(s, first_slots(s, options->expected), 0, 1))) {
        store_close(s);
        return STORE_MEMORY;
    }
    set_room(s);
    return STORE_OK;
}

void store_close(store *s)
{
    bits_close(&s->seen);
    release_arenas(s);
}

void store_release(store *s, uint64_t number)
{
    if (!s->fingerprints.base)
        return;
    s->released_bytes = arena_discard(&s->log, s->released_bytes, number * 8 * s->words);
    s->released = (s->released_bytes + 8 * s->words - 1) / (8 * s->words);
    set_room(s);
}

int store_take_block(store *s, number_block *block)
{
    uint64_t first = atomic_load(&s->count), size;
    do {
        if (first >= s->room)
            return 0;
        size = least(BLOCK, s->room - first);
    } while (!atomic_compare_exchange_weak(&s->count, &first, first + size));
    *block = (number_block){first, first + size};
    return 1;
}

/* The largest table of up to `factor`-fold size that leaves room for more states within the limit on memory; 0 when none does. */
static uint64_t larger_table(const store *s, uint64_t count)
{
    static const unsigned percent[] = {400, 140, 125, 110};
    for (int i = s->slots < SMALL_TABLE ? 0 : 1; i < 4; i++) {
        uint64_t slots = s->slots / 100 * percent[i];
        if (table_load(slots) > count && bytes_with(s, count + count / 32 + 1, slots) <= s->memory_limit)
            return slots;
    }
    return 0;
}

store_result store_grow(store *s, uint32_t threads)
{
    uint64_t count = atomic_load(&s->count);
    if (count >= s->states_limit || count >= MOST_STATES || s->seen.states >= s->states_limit)
        return STORE_LIMIT;
    if (count >= memory_room(s))
        return STORE_MEMORY;
    if (count + BLOCK * threads > s->count_limit && s->count_limit < least(s->states_limit, MOST_STATES)) {
        uint64_t slots = larger_table(s, count);
        if ((slots == 0 || table_resize(s, slots, count, threads)) && count >= s->count_limit)
            return STORE_MEMORY;
    }
    uint64_t capacity = least(s->log.reserved / (8 * s->words), s->predecessors.reserved / 4);
    if (commit(s, least(count + 1, capacity)) && count >= s->room)
        return STORE_MEMORY;
    set_room(s);
    return count < s->room ? STORE_OK : STORE_MEMORY;
}

store_result store_append(store *s, uint64_t n, const uint64_t *states, const uint32_t *predecessors)
{
    uint64_t count = atomic_load(&s->count);
    uint64_t capacity = least(MOST_STATES, least(s->log.reserved / (8 * s->words), s->predecessors.reserved / 4));
    if (n > capacity - count || bytes_with(s, count + n, 0) > s->memory_limit || commit(s, count + n))
        return STORE_MEMORY;
    if (n == 0)
        return STORE_OK;
    memcpy(store_state(s, count), states, n * 8 * s->words);
    memcpy(store_predecessor(s, count), predecessors, n * 4);
    atomic_store(&s->count, count + n);
    return STORE_OK;
}

store_result store_rebuild(store *s, uint32_t threads)
{
    uint64_t count = atomic_load(&s->count);
    uint64_t slots = count * 2 < FIRST_SLOTS ? FIRST_SLOTS : count * 2;
    if (bytes_with(s, count, slots) > s->memory_limit)
        slots = count / 3 * 4 + 8;
    if (bytes_with(s, count, slots) > s->memory_limit)
        return STORE_MEMORY;
    if (table_resize(s, slots < s->slots ? s->slots : slots, count, threads))
        return STORE_MEMORY;
    set_room(s);
    return STORE_OK;
}

/* The slot that holds a state's number. */
static _Atomic uint32_t *slot_of(store *s, uint64_t number)
{
    uint64_t hash = store_hash_of(s, number);
    uint64_t at = store_slot(s, hash);
    uint32_t value = store_tag(s, hash) | (uint32_t)(number + 1);
    while (atomic_load_explicit(&s->table[at], memory_order_relaxed) != value)
        at = next_slot(s, at);
    return &s->table[at];
}

static void move_state(store *s, uint64_t from, uint64_t to)
{
    _Atomic uint32_t *slot = slot_of(s, from);
    uint32_t value = atomic_load_explicit(slot, memory_order_relaxed);
    copy_state(store_state(s, to), store_state(s, from), s->words);
    *store_predecessor(s, to) = *store_predecessor(s, from);
    if (s->fingerprints.base)
        *store_fingerprint(s, to) = *store_fingerprint(s, from);
    atomic_store_explicit(slot, value - (uint32_t)(from - to), memory_order_relaxed);
}

static int by_start(const void *a, const void *b)
{
    const number_block *x = a, *y = b;
    return x->next < y->next ? -1 : x->next > y->next;
}

void store_settle(store *s, number_block *blocks, uint32_t n)
{
    uint64_t count = atomic_load(&s->count);
    note_peak(s);
    qsort(blocks, n, sizeof *blocks, by_start);
    for (uint32_t low = 0, high = n; low < high;) {
        number_block *lowest = &blocks[low], *highest = &blocks[high - 1];
        if (lowest->next == lowest->end) {
            low++;
        } else if (highest->next == highest->end) {
            high--;
        } else if (highest->end == count) { /* the holes at the very top just end the log earlier */
            count = highest->next;
            highest->end = highest->next;
        } else {
            move_state(s, --count, lowest->next++);
        }
    }
    for (uint32_t i = 0; i < n; i++)
        blocks[i] = (number_block){0, 0};
    atomic_store(&s->count, count);
}

int64_t store_find(const store *s, const uint64_t *state)
{
    return store_find_hashed(s, state, hash_state(state, s->words));
}

int64_t store_find_hashed(const store *s, const uint64_t *state, uint64_t hash)
{
    if (!s->table)
        return -1;
    for (uint64_t at = store_slot(s, hash);; at = next_slot(s, at)) {
        uint32_t slot = atomic_load_explicit(&s->table[at], memory_order_acquire); /* workers may be inserting */
        if (slot == 0)
            return -1;
        if (slot_fits(s, slot, hash) && store_same(s, slot_number(s, slot), state, hash))
            return (int64_t)slot_number(s, slot);
    }
}
