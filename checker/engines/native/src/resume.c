/* Puts a new search where an old one was: reads the position that checkpoint.c wrote. */
#include <stdio.h>
#include <stdlib.h>

#include "checkpoint.h"
#include "parallel.h"

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

/* A number below `end`, or -1; where something `is` there, no -1, and where nothing is, nothing else. */
static int64_t take_number(reader *r, uint64_t end, int is)
{
    uint64_t word = take(r, UINT64_MAX);
    if (word != UINT64_MAX && word >= end)
        refuse(r, "a number is out of its bounds");
    if ((word != UINT64_MAX) != is)
        refuse(r, "a count is not that of what was found");
    return (int64_t)word;
}

static double take_double(reader *r)
{
    uint64_t bits = take(r, UINT64_MAX);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value >= 0 && value < 1e12 ? value : 0;
}

/* Of something that was seen `most` times at most. Watches on states have no outcome. */
static void take_witness(reader *r, tc_witness *witness, uint64_t most, uint64_t states, uint64_t outcomes)
{
    witness->count = take(r, most);
    witness->state = take_number(r, states, witness->count > 0);
    witness->outcome = (int64_t)take(r, UINT64_MAX);
    if (witness->outcome < -1 || witness->outcome >= (int64_t)outcomes)
        refuse(r, "a number is out of its bounds");
}

static void take_header(reader *r, const tc_search *search)
{
    uint64_t header[CHECKPOINT_HEADER];
    checkpoint_header(search, header);
    for (int i = 0; i < CHECKPOINT_HEADER; i++)
        if (take(r, UINT64_MAX) != header[i])
            refuse(r, "it is of another program or another build");
}

/* Establishes LAYERS. The first layer is what the search has begun with, the initial states and no more. */
static void take_place(reader *r, tc_search *search)
{
    const uint64_t count = atomic_load(&search->store.count), initial = search->layer_end;
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
    if ((depth > 0 ? layers[1] : search->layer_end) != initial)
        refuse(r, "its first layer is not the initial states");
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

/* A state that is expanded takes each outcome once at most. */
static void take_tally(reader *r, tc_search *search)
{
    const prepared *p = &search->program;
    tally *t = &search->workers[0].tally;
    t->expanded = take(r, search->layer_end);
    t->deadlocks = take(r, t->expanded);
    t->first_deadlock = take_number(r, search->layer_end, t->deadlocks > 0);
    for (uint32_t k = 0; k < p->n_outcomes; k++) {
        t->transitions[k] = take(r, t->expanded);
        take_witness(r, &t->failures[k], t->transitions[k], search->layer_end, p->n_outcomes);
    }
    for (uint32_t k = 0; k < p->n_watch_ids; k++)
        take_witness(r, &t->watches[k], UINT64_MAX, search->layer_end, p->n_outcomes);
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

/* What a worker has taken of the layer and not begun. */
static void take_share(reader *r, tc_search *search, worker *w)
{
    const uint64_t next = take(r, search->layer_end), end = take(r, search->layer_end);
    if (next > end || (next < end && next < search->layers[search->depth]))
        refuse(r, "a share is not in the layer");
    w->share = r->problem ? (number_block){0, 0} : (number_block){next, end};
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
    worker *workers = column_memory(n * sizeof *workers);
    if (!workers)
        return -1;
    memcpy(workers, search->workers, search->n_workers * sizeof *workers);
    free(search->workers);
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
    uint64_t begun = search->workers[0].tally.expanded;
    for (uint32_t i = 0; i < n && !r->problem; i++) {
        take_share(r, search, &search->workers[i]);
        begun += search->workers[i].share.end - search->workers[i].share.next;
        if (take(r, 1))
            take_batch(r, search, &search->workers[i]);
        take_buffer(r, search, &search->workers[i]);
    }
    if (begun != atomic_load(&search->work.next))
        refuse(r, "the states that were expanded are not those that were taken");
    share_out(search, atomic_load(&search->work.next));
    search->layer_workers = search->layer_workers < n ? n : search->layer_workers;
}

int tc_search_append(tc_search *search, uint64_t n, const uint64_t *states, const uint32_t *predecessors)
{
    const prepared *p = &search->program;
    if (!checkpoint_possible(search))
        return TC_MEMORY;
    if (n > 0 && atomic_load(&search->store.count) == 0) /* of no initial state there are no others (worker.h: RECENT) */
        return TC_BROKEN;
    for (uint64_t i = 0; i < n; i++)
        for (uint32_t word = 0; word < p->words; word++)
            if (states[i * p->words + word] & ~p->used_bits[word])
                return TC_BROKEN;
    return store_append(&search->store, n, states, predecessors) == STORE_OK ? TC_RUNNING : TC_MEMORY;
}

int tc_search_resume(tc_search *search, const uint64_t *words, uint64_t n, char *message, uint32_t capacity)
{
    if (!checkpoint_possible(search) || store_rebuild(&search->store, search->n_workers) != STORE_OK) {
        search->status = TC_MEMORY;
        return TC_MEMORY;
    }
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
