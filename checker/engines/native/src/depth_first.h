/* Depth-first search by one worker: the states that wait are a stack, from whose top each batch is taken.
 *
 * What is found gets higher numbers than all that are in use and goes on top. So the numbers of the states that wait grow towards the top, and
 * the last ones, LANES at most, are a batch in ascending order.
 *
 * With a bit array (bits.h) no state is kept for having been seen. The log then has the states that wait, the first witnesses of what was seen,
 * and the states on the way to these (KEPT); others only until it has twice as many states as were kept the last time. Numbers may change
 * then, but not their order. */
#ifndef TEAMCHECK_DEPTH_FIRST_H
#define TEAMCHECK_DEPTH_FIRST_H

#include "search.h"

/* Before the first run: the initial states wait. */
void depth_first_start(tc_search *search);
/* Expands until nothing waits or something says stop. */
void depth_first_run(tc_search *search);
/* Is there nothing left to expand or to insert? */
int depth_first_finished(const tc_search *search);

#endif
