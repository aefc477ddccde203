/* Writes the position of a search. */
#include "checkpoint.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

typedef struct {
    uint64_t *words;
    uint64_t n, capacity;
} writer;

static void put(writer *w, uint64_t word)
{
    if (w->n < w->capacity)
        w->words[w->n] = word;
    w->n++;
}

static void put_witness(writer *w, const tc_witness *witness)
{
    put(w, witness->count);
    put(w, (uint64_t)witness->state);
    put(w, (uint64_t)witness->outcome);
}

static void put_place(writer *w, const tc_search *search)
{
    uint64_t next = atomic_load(&search->work.next);
    put(w, atomic_load(&search->store.count));
    put(w, search->depth);
    put(w, search->layer_end);
    put(w, next < search->layer_end ? next : search->layer_end);
    for (uint64_t i = 0; i <= search->depth; i++)
        put(w, search->layers[i]);
    put(w, bits_of(search->seconds));
    put(w, bits_of(search->cpu_seconds));
}

static void put_tally(writer *w, const tc_search *search)
{
    tc_stats stats;
    tc_search_stats(search, &stats);
    put(w, stats.expanded);
    put(w, stats.deadlocks);
    put(w, (uint64_t)stats.first_deadlock);
    for (uint32_t k = 0; k < search->program.n_outcomes; k++) {
        uint64_t transitions = 0;
        tc_witness failures = {0, -1, -1};
        for (uint32_t i = 0; i < search->n_workers; i++) {
            transitions += search->workers[i].tally.transitions[k];
            witness_add(&failures, &search->workers[i].tally.failures[k]);
        }
        put(w, transitions);
        put_witness(w, &failures);
    }
    for (uint32_t k = 0; k < search->program.n_watch_ids; k++) {
        tc_witness watch = {0, -1, -1};
        for (uint32_t i = 0; i < search->n_workers; i++)
            witness_add(&watch, &search->workers[i].tally.watches[k]);
        put_witness(w, &watch);
    }
}

static void put_lanes(writer *w, lane_set set)
{
    for (int g = 0; g < GROUPS; g++)
        put(w, set.group[g]);
}

static void put_pending(writer *w, const worker *from, uint32_t words)
{
    const batch *b = &from->batch;
    put(w, from->share.next);
    put(w, from->share.end);
    put(w, (uint64_t)b->active);
    if (b->active) {
        put(w, b->state);
        put(w, b->next_outcome);
        put_lanes(w, b->live);
        put_lanes(w, b->moving);
        put_lanes(w, b->busy);
    }
    put(w, from->filled - from->inserted);
    put(w, from->representatives > from->inserted ? from->representatives - from->inserted : 0);
    for (uint32_t i = from->inserted; i < from->filled; i++) {
        put(w, from->parents[i]);
        for (uint32_t word = 0; word < words; word++)
            put(w, from->successors[(size_t)i * words + word]);
    }
}

uint64_t tc_search_position(const tc_search *search, uint64_t *words, uint64_t capacity)
{
    if (!checkpoint_possible(search) || search->status == TC_BROKEN)
        return 0;
    writer w = {words, 0, capacity};
    uint64_t header[CHECKPOINT_HEADER];
    checkpoint_header(search, header);
    for (int i = 0; i < CHECKPOINT_HEADER; i++)
        put(&w, header[i]);
    put_place(&w, search);
    put_tally(&w, search);
    uint64_t pending = 0;
    for (uint32_t i = 0; i < search->n_workers; i++)
        pending += worker_pending(&search->workers[i]) != 0;
    put(&w, pending);
    for (uint32_t i = 0; i < search->n_workers; i++)
        if (worker_pending(&search->workers[i]))
            put_pending(&w, &search->workers[i], search->program.words);
    return w.n;
}
