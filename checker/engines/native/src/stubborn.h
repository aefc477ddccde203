/* Partial-order reduction: of each state only a stubborn set of outcomes is taken (Valmari, Stubborn sets for reduced state space generation,
 * 1991, the strong ones). What the caller says of the outcomes (tc_independence) is believed; what is made of it is this.
 *
 * CLOSED    With an enabled outcome a set holds all that do not accord with it; with one that is not enabled, the enablers of one of its
 *           conditions that is 0. So whatever happens outside of the set, an enabled outcome of it may be taken before as well as after, and
 *           what is not enabled stays so.
 * KEY       It has an enabled outcome that is neither a fault nor visible. It stays enabled whatever happens outside, so no state without an
 *           enabled outcome that is no fault is missed, nor a longer way taken to it.
 * PROGRESS  Some invisible outcome of it leads to a state that is not in this layer nor an earlier one; else another such set is taken as well (two
 *           sets together are CLOSED and have a KEY), until one does or the state is expanded in full. So what was left out is left out again only in a deeper layer, and not for ever: the ignoring problem (Bosnacki and Holzmann,
 *           Improving Spin's partial-order reduction for breadth-first search, 2005, the queue proviso). A layer is the same whatever the
 *           threads do, and with it the reduced graph.
 * FAILURE   Where an outcome of the set fails, the state is expanded in full: the run that ends there leads past nothing.
 *
 * Why nothing is missed that a goal looks at: checker/engines/native/reduction.py. */
#ifndef TEAMCHECK_STUBBORN_H
#define TEAMCHECK_STUBBORN_H

#include "kernel.h"
#include "program.h"

/* A set of outcomes is `row` 64-bit words. */
typedef struct {
    uint32_t n_outcomes, n_conditions, row;
    uint16_t *conditions;
    uint32_t *first_need, *needs;
    uint64_t *conflicts, *enablers; /* rows */
    uint64_t *invisible, *keys;
} independence;

/* A copy of what the program says; NULL when there is no memory. */
independence *independence_of(const tc_program *program);
void independence_free(independence *d);

/* A worker's part: of the batch that it expands, and how much has been left out so far. */
typedef struct {
    lane_set *wanted;           /* of each outcome the lanes where it is to be taken now */
    lane_set *truths;           /* of each condition the lanes where it holds */
    uint64_t *rows, *taken;     /* of each lane the enabled outcomes; those of them that have been taken or are to be now */
    uint64_t *chosen, *best, *fresh;
    lane_set reduced;           /* lanes that are expanded in part, as far as is known */
    lane_set moved, failed;     /* those that made progress, where an outcome failed */
    uint64_t states, offered, left; /* states expanded in part; enabled outcomes of all states, those that were left out */
} reduction;

/* 0, or -1 when there is no memory. */
int reduction_open(reduction *r, const independence *d);
void reduction_close(reduction *r);
uint64_t reduction_bytes(const independence *d);

struct worker;
struct layer_work;
struct prepared_outcome;

/* For a batch that was loaded: which outcomes are wanted in which lanes. */
void stubborn_choose(struct worker *w, const struct layer_work *work);
/* The outcome was taken in the lanes of `set`, whose successors are packed. */
void stubborn_taken(struct worker *w, const struct layer_work *work, const struct prepared_outcome *o, lane_set set);
/* All that was wanted is done: 1 when something more is wanted now. */
int stubborn_rest(struct worker *w, const struct layer_work *work);

#endif
