/* Saving and restoring the position of a search: everything but the states. Between two calls of tc_search_run a worker may have a batch
 * that it could not finish and successors that it could not insert (a limit was reached); they are part of the position.
 *
 * A position is a list of 64-bit words, written and read in the same order here:
 *   HEADER   what must be the same: interface, lanes, words, outcomes, watches
 *   PLACE    states; depth, the end of the layer, the next state that no worker has taken; the first state of each layer; seconds
 *   TALLY    of all workers together
 *   PENDING  how many workers have something left; for each its batch, and its buffer with how many have been through the canonical section
 * Whoever reads trusts nothing: a word that is not possible refuses the whole (POSSIBLE), so that no index goes astray afterwards. */
#include <stdio.h>
#include <stdlib.h>

#include "parallel.h"
#include "search.h"

enum { HEADER = 5 };

static void header_of(const tc_search *search, uint64_t header[HEADER])
{
    const prepared *p = &search->program;
    const uint64_t values[HEADER] = {TC_INTERFACE, LANES, p->words, p->n_outcomes, p->n_watch_ids};
    memcpy(header, values, sizeof values);
}

/* Breadth first, and all that was found is there. */
static int can_be_resumed(const tc_search *search)
{
    return search->has_initial && !search->depth_first && !search->program.independence && store_is_whole(&search->store);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* --- writing --- */

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
    if (!can_be_resumed(search) || search->status == TC_BROKEN)
        return 0;
    writer w = {words, 0, capacity};
    uint64_t header[HEADER];
    header_of(search, header);
    for (int i = 0; i < HEADER; i++)
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

/* --- reading --- */

typedef struct {
    const uint64_t *at, *end;
    const char *problem; /* NULL: none so far */
} reader;

static void refuse(reader *r, const char *problem)
{
    if (!r->problem)
        r->problem = problem;
}

/* The next word, which is at most `most`. */
static uint64_t take(reader *r, uint64_t most)
{
    if (r->at == r->end) {
        refuse(r, "it ends too early");
        return 0;
    }
    uint64_t word = *r->at++;
    if (word > most) {
        refuse(r, "a number is out of its bounds");
        return 0;
    }
    return word;
}

/* A number below `end`, or -1. */
static int64_t take_number(reader *r, uint64_t end)
{
    uint64_t word = take(r, UINT64_MAX);
    if (word == UINT64_MAX)
        return -1;
    if (word >= end)
        refuse(r, "a number is out of its bounds");
    return (int64_t)word;
}

static double take_double(reader *r)
{
    uint64_t bits = take(r, UINT64_MAX);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value >= 0 && value < 1e12 ? value : 0;
}

static void take_witness(reader *r, tc_witness *witness, uint64_t states, uint64_t outcomes)
{
    witness->count = take(r, UINT64_MAX);
    witness->state = take_number(r, states);
    witness->outcome = take_number(r, outcomes);
}

static void take_header(reader *r, const tc_search *search)
{
    uint64_t header[HEADER];
    header_of(search, header);
    for (int i = 0; i < HEADER; i++)
        if (take(r, UINT64_MAX) != header[i])
            refuse(r, "it is of another program or another build");
}

/* Establishes LAYERS. */
static void take_place(reader *r, tc_search *search)
{
    uint64_t count = atomic_load(&search->store.count);
    if (take(r, UINT64_MAX) != count)
        refuse(r, "it is of another number of states");
    uint64_t depth = take(r, (uint64_t)(r->end - r->at));
    search->layer_end = take(r, count);
    uint64_t next = take(r, search->layer_end);
    uint64_t *layers = r->problem ? NULL : realloc(search->layers, (depth + 1) * sizeof *layers);
    if (!layers) {
        refuse(r, "out of memory");
        return;
    }
    search->layers = layers;
    search->layers_capacity = depth + 1;
    search->depth = depth;
    for (uint64_t i = 0; i <= depth; i++) {
        layers[i] = take(r, search->layer_end);
        if (i == 0 ? layers[0] != 0 : layers[i] <= layers[i - 1])
            refuse(r, "its layers are not in order");
    }
    if (count > 0 && layers[depth] >= search->layer_end)
        refuse(r, "its layers are not in order");
    if (next < layers[depth])
        refuse(r, "a number is out of its bounds");
    search->work.layer_end = search->layer_end;
    atomic_store(&search->work.next, next);
    search->seconds = take_double(r);
    search->cpu_seconds = take_double(r);
}

/* SHORTEST: the predecessors of states first .. end-1 are from .. to-1, or there are none. */
static int predecessors_in(const tc_search *search, uint64_t first, uint64_t end, uint64_t from, uint64_t to)
{
    for (uint64_t i = first; i < end; i++) {
        uint32_t predecessor = *store_predecessor(&search->store, i);
        if (from == to ? predecessor != NO_STATE : predecessor < from || predecessor >= to)
            return 0;
    }
    return 1;
}

static void check_predecessors(reader *r, const tc_search *search)
{
    uint64_t from = 0, to = 0;
    for (uint64_t d = 0; d <= search->depth + 1; d++) {
        uint64_t first = to, count = atomic_load(&search->store.count);
        uint64_t end = d > search->depth ? count : d == search->depth ? search->layer_end : search->layers[d + 1];
        if (!predecessors_in(search, first, end, from, to))
            refuse(r, "a predecessor is not in the layer before");
        from = first;
        to = end;
        if (from == to)
            return;
    }
}

static void take_tally(reader *r, tc_search *search)
{
    const prepared *p = &search->program;
    tally *t = &search->workers[0].tally;
    t->expanded = take(r, search->layer_end);
    t->deadlocks = take(r, search->layer_end);
    t->first_deadlock = take_number(r, search->layer_end);
    for (uint32_t k = 0; k < p->n_outcomes; k++) {
        t->transitions[k] = take(r, UINT64_MAX);
        take_witness(r, &t->failures[k], search->layer_end, p->n_outcomes);
    }
    for (uint32_t k = 0; k < p->n_watch_ids; k++)
        take_witness(r, &t->watches[k], search->layer_end, p->n_outcomes);
}

static lane_set take_lanes(reader *r, lane_set within)
{
    lane_set set;
    for (int g = 0; g < GROUPS; g++) {
        set.group[g] = take(r, UINT64_MAX);
        if (set.group[g] & ~within.group[g])
            refuse(r, "a batch has states that it cannot have");
    }
    return set;
}

/* The rest of a batch. Its states lie in the layer: the lowest lanes, without a gap. */
static void take_batch(reader *r, tc_search *search, worker *w)
{
    uint64_t first = take(r, search->layer_end);
    uint64_t next_outcome = take(r, search->program.n_outcomes);
    uint64_t most = search->layer_end - first, n = most < LANES ? most : LANES;
    if (!r->problem && (first < search->layers[search->depth] || n == 0))
        refuse(r, "a batch is not in the layer");
    if (r->problem)
        return;
    worker_load(w, &search->work, first, n);
    const lane_set live = w->batch.live;
    const lane_set said = take_lanes(r, live);
    if (memcmp(&said, &live, sizeof live) != 0)
        refuse(r, "a batch has states that it cannot have");
    w->batch.next_outcome = (uint32_t)next_outcome;
    w->batch.moving = take_lanes(r, live);
    w->batch.busy = take_lanes(r, live);
}

static void take_buffer(reader *r, tc_search *search, worker *w)
{
    const prepared *p = &search->program;
    uint32_t n = (uint32_t)take(r, BUFFER), representatives = (uint32_t)take(r, n);
    for (uint32_t i = 0; i < n && !r->problem; i++) {
        uint64_t parent = take(r, UINT32_MAX), *successor = w->successors + (size_t)i * p->words;
        if (parent < search->layers[search->depth] || parent >= search->layer_end)
            refuse(r, "a predecessor is not in the layer before");
        for (uint32_t word = 0; word < p->words; word++) {
            successor[word] = take(r, UINT64_MAX);
            if (successor[word] & ~p->used_bits[word])
                refuse(r, "a state has bits that belong to no field");
        }
        w->parents[i] = (uint32_t)parent;
        w->hashes[i] = hash_state(successor, p->words);
    }
    w->filled = r->problem ? 0 : n;
    w->inserted = 0;
    w->representatives = r->problem ? 0 : representatives;
}

/* As many workers as have something left. */
static int more_workers(tc_search *search, uint32_t n)
{
    if (n <= search->n_workers)
        return 0;
    worker *workers = realloc(search->workers, n * sizeof *workers);
    if (!workers)
        return -1;
    search->workers = workers;
    while (search->n_workers < n) {
        worker *w = &workers[search->n_workers++];
        if (worker_open(w, &search->program))
            return -1;
        memcpy(w->recent, search->workers[0].recent, ((size_t)w->recent_mask + 1) * search->program.words * sizeof *w->recent);
        search->store.other_bytes += worker_bytes(&search->program);
    }
    return 0;
}

static void take_pending(reader *r, tc_search *search)
{
    uint32_t n = (uint32_t)take(r, MOST_THREADS);
    if (n && atomic_load(&search->store.count) == 0)
        refuse(r, "a batch is not in the layer");
    if (!r->problem && more_workers(search, n))
        refuse(r, "out of memory");
    for (uint32_t i = 0; i < n && !r->problem; i++) {
        if (take(r, 1))
            take_batch(r, search, &search->workers[i]);
        take_buffer(r, search, &search->workers[i]);
    }
    uint32_t wanted = search->layer_end - search->layers[search->depth] < STATES_WORTH_THREADS ? 1 : search->n_workers;
    search->layer_workers = wanted < n ? n : wanted;
}

int tc_search_append(tc_search *search, uint64_t n, const uint64_t *states, const uint32_t *predecessors)
{
    const prepared *p = &search->program;
    if (!can_be_resumed(search))
        return TC_MEMORY;
    for (uint64_t i = 0; i < n; i++)
        for (uint32_t word = 0; word < p->words; word++)
            if (states[i * p->words + word] & ~p->used_bits[word])
                return TC_BROKEN;
    return store_append(&search->store, n, states, predecessors) == STORE_OK ? TC_RUNNING : TC_MEMORY;
}

int tc_search_resume(tc_search *search, const uint64_t *words, uint64_t n, char *message, uint32_t capacity)
{
    if (!can_be_resumed(search) || store_rebuild(&search->store, search->n_workers) != STORE_OK)
        return TC_MEMORY;
    reader r = {words, words + n, NULL};
    void (*const parts[])(reader *, tc_search *) = {take_place, take_tally, take_pending};
    take_header(&r, search);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !r.problem; i++)
        parts[i](&r, search);
    if (!r.problem && r.at != r.end)
        refuse(&r, "it has more words than it should");
    if (!r.problem)
        check_predecessors(&r, search);
    search->status = r.problem ? TC_BROKEN : TC_RUNNING;
    if (r.problem && capacity > 0)
        snprintf(message, capacity, "%s", r.problem);
    return (int)search->status;
}
