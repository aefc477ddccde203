/* The set of states seen: an append-only log of packed states, whose order is their number and the queue of the breadth-first search; for each
 * state its predecessor; and an open-addressing table of their numbers.
 *
 * A slot is 0 (free) or TAG | (number + 1): the tag is the bits of the hash that the number leaves over, so most different states are told
 * apart without a look at the log. Probing is linear from the slot that the high bits of the hash give.
 *
 * With fingerprints, states are told apart by their 64-bit hashes alone, kept beside the predecessors; the words of a state are there only
 * until store_release. Two states with one hash then count as one, and the second is missed.
 *
 * With a bit array, there is no table: whether a state is new the bits say (bits.h), and the log may lose its end again (depth_first.h).
 *
 * Invariants
 * PUBLISHED  A slot gets its value by compare-and-swap (release; a plain write when one worker runs alone) after the state and its
 *            predecessor are in the log; who reads a slot (acquire) may read them. Slots never change again, but in store_settle and table_resize, when no worker runs.
 * ROOM       Numbers below `room` may be given out: the log has memory for them and the table stays at most LOAD full.
 * DENSE      When no worker runs, the numbers 0 .. count-1 are all in use (store_settle). While workers run, each has a block of numbers of
 *            its own, and the unused ones are holes. */
#ifndef TEAMCHECK_STORE_H
#define TEAMCHECK_STORE_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "bits.h"

#define NO_STATE 0xffffffffu
#ifndef MOST_STATES
#define MOST_STATES 0x7ffffff0u /* a slot has room for a bit of a tag beside a number + 1; where targets are signed, -1 is none */
#endif
_Static_assert(MOST_STATES < INT32_MAX, "a number + 1 has 31 bits");
#ifndef BLOCK
#define BLOCK 1024 /* numbers that a worker takes at once */
#endif

/* How states are told apart. */
typedef enum { STORE_STATES, STORE_FINGERPRINTS, STORE_BITS } store_kind;

typedef struct {
    uint64_t memory_limit, states_limit, expected;
    uint64_t other_bytes; /* used by the search besides the store */
    store_kind kind;
    int depth_first;
} store_options;

typedef struct {
    uint32_t words;
    uint32_t number_bits;
    uint64_t slots, count_limit; /* the table holds at most count_limit states */
    _Atomic uint32_t *table; /* in table_memory */
    arena table_memory;
    arena log, predecessors, fingerprints; /* fingerprints.base: NULL without them */
    arena waiting, depths;                 /* of a depth-first search, a number for each state; base: NULL in others */
    bit_array seen;                        /* words: NULL without it */
    _Atomic uint64_t count; /* numbers given out */
    uint64_t room;
    uint64_t states_limit, memory_limit, other_bytes; /* other_bytes: used by the search besides the store */
    uint64_t peak_bytes;
    int alone; /* one worker runs, or none: nobody else writes */
    uint64_t released; /* the words of states below are gone */
    size_t released_bytes;
} store;

/* Unused numbers next .. end-1 of a worker. */
typedef struct {
    uint64_t next, end;
} number_block;

typedef enum { STORE_OK, STORE_MEMORY, STORE_LIMIT } store_result;
typedef enum { INSERT_OLD, INSERT_NEW, INSERT_NO_ROOM } insertion;

store_result store_open(store *s, uint32_t words, const store_options *options);
void store_close(store *s);
/* More room for at least one state; no worker runs. */
store_result store_grow(store *s, uint32_t threads);
/* Makes the numbers dense: the highest states move into the holes. They are of the layer that is being found: nothing refers to them yet. */
void store_settle(store *s, number_block *blocks, uint32_t n);
/* Adds n states that are known to be new, one after another, without a look at the table: until store_rebuild nothing else may be done. */
store_result store_append(store *s, uint64_t n, const uint64_t *states, const uint32_t *predecessors);
/* A table for all states of the log. */
store_result store_rebuild(store *s, uint32_t threads);
/* With fingerprints: the words of the states below `number` are not needed any more; no worker runs. */
void store_release(store *s, uint64_t number);
uint64_t store_bytes(const store *s);
/* So many bytes are to be used besides the store; 0, or -1 when the limit on memory does not allow it. No worker runs. */
int store_take_other(store *s, uint64_t bytes);
int64_t store_find(const store *s, const uint64_t *state);
int64_t store_find_hashed(const store *s, const uint64_t *state, uint64_t hash);
/* A block of numbers below the room for a worker; 0 when there is none. */
int store_take_block(store *s, number_block *block);

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t *store_state(const store *s, uint64_t number)
{
    return (uint64_t *)(void *)s->log.base + number * s->words;
}

static inline uint32_t *store_predecessor(const store *s, uint64_t number)
{
    return (uint32_t *)(void *)s->predecessors.base + number;
}

static inline uint64_t *store_fingerprint(const store *s, uint64_t number)
{
    return (uint64_t *)(void *)s->fingerprints.base + number;
}

/* Are all states there with all their words? */
static inline int store_is_whole(const store *s)
{
    return !s->fingerprints.base && !s->seen.words;
}

static inline uint32_t *store_waiting(const store *s)
{
    return (uint32_t *)(void *)s->waiting.base;
}

static inline uint32_t *store_depths(const store *s)
{
    return (uint32_t *)(void *)s->depths.base;
}

/* The finaliser of MurmurHash3 after a multiply-and-shift step for each word: all bits of the state reach all bits of the hash. */
static inline uint64_t hash_state(const uint64_t *state, uint32_t words)
{
    uint64_t h = state[0];
    for (uint32_t i = 1; i < words; i++) {
        h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15u;
        h = (h ^ (h >> 29)) + state[i] * 0xd6e8feb86659fd93u;
    }
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 33);
}

/* The hash of a state that is in the store. */
static inline uint64_t store_hash_of(const store *s, uint64_t number)
{
    return s->fingerprints.base ? *store_fingerprint(s, number) : hash_state(store_state(s, number), s->words);
}

/* The slot where probing starts: hash / 2^64 of the table. */
static inline uint64_t store_slot(const store *s, uint64_t hash)
{
    return (uint64_t)(((wide)hash * s->slots) >> 64);
}

static inline uint32_t store_tag(const store *s, uint64_t hash)
{
    return (uint32_t)hash << s->number_bits;
}

/* The number in a slot that is not free. */
static inline uint64_t slot_number(const store *s, uint32_t slot)
{
    return (slot & ((1u << s->number_bits) - 1)) - 1u;
}

static inline int same_state(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    if (words == 1)
        return a[0] == b[0];
    uint64_t difference = 0;
    for (uint32_t i = 0; i < words; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

static inline void copy_state(uint64_t *to, const uint64_t *from, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        to[i] = from[i];
}

static inline void prefetch_slot(const store *s, uint64_t hash)
{
    __builtin_prefetch((const void *)&s->table[store_slot(s, hash)], 0);
}

/* Does the slot, which is not free, have the tag of this hash? */
static inline int slot_fits(const store *s, uint32_t slot, uint64_t hash)
{
    return ((slot ^ store_tag(s, hash)) >> s->number_bits) == 0;
}

static inline uint64_t next_slot(const store *s, uint64_t at)
{
    return at + 1 == s->slots ? 0 : at + 1;
}

/* The first slot that is free or has the tag of the hash: no slot before it will ever hold the state. What it names is prefetched. */
static inline uint64_t store_look(const store *s, uint64_t hash)
{
    for (uint64_t at = store_slot(s, hash);; at = next_slot(s, at)) {
        const uint32_t slot = atomic_load_explicit(&s->table[at], memory_order_relaxed);
        if (slot == 0)
            return at;
        if (slot_fits(s, slot, hash)) {
            const uint64_t number = slot_number(s, slot);
            __builtin_prefetch(s->fingerprints.base ? store_fingerprint(s, number) : store_state(s, number), 0);
            return at;
        }
    }
}

/* Is this the state of that number, as far as the store can tell? */
static inline int store_same(const store *s, uint64_t number, const uint64_t *state, uint64_t hash)
{
    return s->fingerprints.base ? *store_fingerprint(s, number) == hash : same_state(store_state(s, number), state, s->words);
}

/* A free slot takes a number, unless another worker was faster: then `slot` is what that one put there. */
static inline int take_slot(store *s, uint64_t at, uint32_t *slot, uint32_t value)
{
    if (s->alone) {
        atomic_store_explicit(&s->table[at], value, memory_order_relaxed);
        return 1;
    }
    return atomic_compare_exchange_strong_explicit(&s->table[at], slot, value, memory_order_release, memory_order_acquire);
}

/* Adds a state unless it is there; `at`: where to begin, store_slot or store_look of its hash. A new one gets the next number of the block. */
static inline insertion store_insert(store *s, number_block *block, const uint64_t *state, uint64_t hash, uint64_t at, uint32_t predecessor)
{
    for (;; at = next_slot(s, at)) {
        uint32_t slot = atomic_load_explicit(&s->table[at], memory_order_acquire);
        if (slot == 0) {
            if (block->next == block->end && !store_take_block(s, block))
                return INSERT_NO_ROOM;
            copy_state(store_state(s, block->next), state, s->words);
            *store_predecessor(s, block->next) = predecessor;
            if (s->fingerprints.base)
                *store_fingerprint(s, block->next) = hash;
            if (take_slot(s, at, &slot, store_tag(s, hash) | (uint32_t)(block->next + 1))) {
                block->next++;
                return INSERT_NEW;
            }
        }
        if (slot_fits(s, slot, hash) && store_same(s, slot_number(s, slot), state, hash))
            return INSERT_OLD;
    }
}

/* With a bit array: adds a state unless its bits are set. A new one gets the next number of the block. */
static inline insertion store_mark(store *s, number_block *block, const uint64_t *state, uint64_t hash, uint32_t predecessor)
{
    if (bits_seen(&s->seen, hash))
        return INSERT_OLD;
    if (s->seen.states >= s->states_limit || (block->next == block->end && !store_take_block(s, block)))
        return INSERT_NO_ROOM;
    bits_mark(&s->seen, hash);
    copy_state(store_state(s, block->next), state, s->words);
    *store_predecessor(s, block->next++) = predecessor;
    return INSERT_NEW;
}

#endif
