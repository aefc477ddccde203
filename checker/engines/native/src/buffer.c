/* A worker's buffer of successors: filled by outcomes, emptied into the store. */
#include "canonical.h"
#include "lanes.h"
#include "worker.h"

/* How far ahead of the insertion its slot is fetched: about as many lines as a core can wait for at once. */
#ifndef FAR
#define FAR 64
#endif

/* With a bit array. */
static insertion mark_all(worker *w, store *s)
{
    for (uint32_t i = w->inserted; i < w->filled && i < w->inserted + AHEAD; i++)
        bits_prefetch(&s->seen, w->hashes[i]);
    for (; w->inserted < w->filled; w->inserted++) {
        uint32_t i = w->inserted;
        if (i + AHEAD < w->filled)
            bits_prefetch(&s->seen, w->hashes[i + AHEAD]);
        if (store_mark(s, &w->block, w->successors + (size_t)i * s->words, w->hashes[i], w->parents[i]) == INSERT_NO_ROOM)
            return INSERT_NO_ROOM;
    }
    return INSERT_OLD;
}

/* The slots are prefetched well before they are looked at, and the states that they name before these are compared: the buffer waits for memory
 * once, not once for each state. */
static insertion insert_all(worker *w, store *s)
{
    const uint32_t words = s->words;
    uint64_t places[AHEAD]; /* where to begin, of the next AHEAD states */
    for (uint32_t i = w->inserted; i < w->filled && i < w->inserted + FAR; i++)
        prefetch_slot(s, w->hashes[i]);
    for (uint32_t i = w->inserted; i < w->filled && i < w->inserted + AHEAD; i++)
        places[i % AHEAD] = store_look(s, w->hashes[i]);
    for (; w->inserted < w->filled; w->inserted++) {
        const uint32_t i = w->inserted;
        const uint64_t place = places[i % AHEAD];
        if (i + FAR < w->filled)
            prefetch_slot(s, w->hashes[i + FAR]);
        if (i + AHEAD < w->filled)
            places[i % AHEAD] = store_look(s, w->hashes[i + AHEAD]);
        if (store_insert(s, &w->block, w->successors + (size_t)i * words, w->hashes[i], place, w->parents[i]) == INSERT_NO_ROOM)
            return INSERT_NO_ROOM;
    }
    return INSERT_OLD;
}

int buffer_flush(worker *w, layer_work *work)
{
    store *s = work->store;
    if (canonical_run(w, work)) {
        atomic_store(&work->stop, STOP_BROKEN);
        return -1;
    }
    if ((s->seen.words ? mark_all(w, s) : insert_all(w, s)) == INSERT_NO_ROOM) {
        worker_ask_to_stop(work, STOP_ROOM);
        return -1;
    }
    w->filled = w->inserted = w->representatives = 0;
    return 0;
}

/* Adds the successors of the lanes of `set` to the buffer, which has room for a whole batch, and takes out again those that are recent.
 * Two loops, so that the processor works on many successors at once: in the first none depends on another. No branches: what comes is hard to
 * predict. `words` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void collect_words(worker *w, const uint64_t *const *columns, lane_set set, const uint32_t words)
{
    uint64_t *const successors = w->successors, *const hashes = w->hashes, *const recent_states = w->recent;
    const uint32_t *const numbers = w->numbers;
    uint32_t *const parents = w->parents;
    uint32_t filled = w->filled, end = filled;
    for (int g = 0; g < GROUPS; g++)
        for (uint64_t bits = set.group[g]; bits; bits &= bits - 1, end++) {
            const uint32_t lane = (uint32_t)g * 64 + (uint32_t)__builtin_ctzll(bits);
            uint64_t *successor = successors + (size_t)end * words;
            for (uint32_t word = 0; word < words; word++)
                successor[word] = columns[word][lane];
            hashes[end] = hash_state(successor, words);
            parents[end] = numbers[lane];
        }
    for (uint32_t i = filled; i < end; i++) {
        const uint64_t *successor = successors + (size_t)i * words, hash = hashes[i];
        uint64_t *recent = recent_states + (size_t)(hash & w->recent_mask) * words;
        const uint32_t is_new = !same_state(recent, successor, words);
        copy_state(recent, successor, words);
        copy_state(successors + (size_t)filled * words, successor, words);
        hashes[filled] = hash;
        parents[filled] = parents[i];
        filled += is_new;
    }
    w->filled = filled;
}

void buffer_collect(worker *w, const prepared *program, const prepared_outcome *o, lane_set set)
{
    const uint32_t words = program->words;
    const uint64_t *columns[TC_MAX_WORDS];
    for (uint32_t word = 0; word < words; word++)
        columns[word] = w->columns + (size_t)word * LANES;
    for (uint32_t k = 0; k < o->n_changes; k++)
        columns[program->changes[o->first_change + k].word] = w->changed + (size_t)k * LANES;
    switch (words) {
    case 1: collect_words(w, columns, set, 1); break;
    case 2: collect_words(w, columns, set, 2); break;
    case 3: collect_words(w, columns, set, 3); break;
    case 4: collect_words(w, columns, set, 4); break;
    case 5: collect_words(w, columns, set, 5); break;
    case 6: collect_words(w, columns, set, 6); break;
    default: collect_words(w, columns, set, words);
    }
}
