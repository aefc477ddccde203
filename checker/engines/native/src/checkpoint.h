/* Saving and restoring the position of a search: everything but the states. Between two calls of tc_search_run a worker may have a batch
 * that it could not finish and successors that it could not insert (a limit was reached); they are part of the position.
 *
 * A position is a list of 64-bit words, written and read in the same order here:
 *   HEADER   what must be the same: interface, lanes, words, outcomes, watches
 *   PLACE    states; depth, the end of the layer, the next state that no worker has taken; the first state of each layer; seconds
 *   TALLY    of all workers together
 *   PENDING  how many workers have something left; for each its share of the layer, its batch, and its buffer with how many have been through the
 *            canonical section
 * Whoever reads trusts nothing: a word that is not possible refuses the whole (POSSIBLE), so that no index goes astray afterwards. */
#ifndef TEAMCHECK_CHECKPOINT_H
#define TEAMCHECK_CHECKPOINT_H

#include "search.h"

enum { CHECKPOINT_HEADER = 5 };

static inline void checkpoint_header(const tc_search *search, uint64_t header[CHECKPOINT_HEADER])
{
    const prepared *p = &search->program;
    const uint64_t values[CHECKPOINT_HEADER] = {TC_INTERFACE, LANES, p->words, p->n_outcomes, p->n_watch_ids};
    memcpy(header, values, sizeof values);
}

/* Breadth first, and all that was found is there. */
static inline int checkpoint_possible(const tc_search *search)
{
    return search->has_initial && !search->depth_first && !search->program.independence && store_is_whole(&search->store);
}

#endif
