#include "depth_first.h"

#include <stdlib.h>

#include "parallel.h"

#ifndef LEAST_COMPACTED
#define LEAST_COMPACTED (1 << 13) /* fewer states are not worth it */
#endif

/* DEEPER  A state is one step deeper than its predecessor. */
static void push(tc_search *search, uint32_t number)
{
    store *s = &search->store;
    uint32_t predecessor = *store_predecessor(s, number);
    uint32_t depth = predecessor == NO_STATE ? 0 : store_depths(s)[predecessor] + 1;
    store_depths(s)[number] = depth;
    store_waiting(s)[search->waiting++] = number;
    if (depth > search->depth)
        search->depth = depth;
}

static void push_up_to(tc_search *search, uint64_t end)
{
    for (; search->pushed < end; search->pushed++)
        push(search, (uint32_t)search->pushed);
}

void depth_first_start(tc_search *search)
{
    search->compact_at = LEAST_COMPACTED;
    push_up_to(search, atomic_load(&search->store.count));
}

/* The last states that wait become the batch. */
static void take_batch(tc_search *search)
{
    uint64_t n = search->waiting < LANES ? search->waiting : LANES;
    search->waiting -= n;
    worker_begin(&search->workers[0], &search->work, store_waiting(&search->store) + search->waiting, n);
}

/* --- the log of a search with a bit array --- */

/* The state of witness i, or NULL beyond the last one. */
static int64_t *witness_state(const tc_search *search, uint32_t i)
{
    const prepared *p = &search->program;
    tally *t = &search->workers[0].tally;
    if (i < p->n_outcomes)
        return &t->failures[i].state;
    if (i - p->n_outcomes < p->n_watch_ids)
        return &t->watches[i - p->n_outcomes].state;
    return i == p->n_outcomes + p->n_watch_ids ? &t->first_deadlock : NULL;
}

/* kept[i] = 1 for each state of KEPT. A predecessor has a lower number than its successors. */
static void mark_kept(const tc_search *search, uint32_t *kept, uint64_t n)
{
    const store *s = &search->store;
    for (uint64_t i = 0; i < search->waiting; i++)
        kept[store_waiting(s)[i]] = 1;
    for (uint32_t i = 0; witness_state(search, i); i++)
        if (*witness_state(search, i) >= 0)
            kept[*witness_state(search, i)] = 1;
    for (uint64_t i = n; i-- > 0;)
        if (kept[i] && *store_predecessor(s, i) != NO_STATE)
            kept[*store_predecessor(s, i)] = 1;
}

/* Moves the kept states down; place[i] becomes the new number of state i. How many they are. */
static uint64_t move_kept(store *s, uint32_t *place, uint64_t n)
{
    uint64_t next = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (!place[i])
            continue;
        uint32_t predecessor = *store_predecessor(s, i);
        *store_predecessor(s, next) = predecessor == NO_STATE ? NO_STATE : place[predecessor];
        copy_state(store_state(s, next), store_state(s, i), s->words);
        store_depths(s)[next] = store_depths(s)[i];
        place[i] = (uint32_t)next++;
    }
    return next;
}

/* Between batches. Without memory for it, everything stays. */
static void compact(tc_search *search)
{
    store *s = &search->store;
    uint64_t n = search->pushed;
    uint32_t *place = calloc(n, sizeof *place);
    if (!place)
        return;
    mark_kept(search, place, n);
    n = move_kept(s, place, n);
    for (uint64_t i = 0; i < search->waiting; i++)
        store_waiting(s)[i] = place[store_waiting(s)[i]];
    for (uint32_t i = 0; witness_state(search, i); i++)
        if (*witness_state(search, i) >= 0)
            *witness_state(search, i) = place[*witness_state(search, i)];
    free(place);
    search->pushed = n;
    search->workers[0].block = (number_block){n, atomic_load(&s->count)};
    search->compact_at = 2 * n < LEAST_COMPACTED ? LEAST_COMPACTED : 2 * n;
}

/* --- the search --- */

int depth_first_finished(const tc_search *search)
{
    return search->waiting == 0 && !worker_pending(&search->workers[0]);
}

/* Goes on with one batch; -1 when it has to wait. */
static int go_on(tc_search *search)
{
    worker *w = &search->workers[0];
    if (!worker_pending(w))
        take_batch(search);
    int waits = worker_expand(w, &search->work) || buffer_flush(w, &search->work);
    if (w->block.next > search->pushed)
        push_up_to(search, w->block.next);
    if (!waits && search->store.seen.words && search->pushed >= search->compact_at)
        compact(search);
    return waits;
}

void depth_first_run(tc_search *search)
{
    while (!depth_first_finished(search) && atomic_load(&search->work.stop) == GO_ON) {
        if (go_on(search))
            return;
        if (wall_seconds() >= search->work.deadline)
            worker_ask_to_stop(&search->work, STOP_TIME);
    }
}
