/* Going over all states of a complete search once more, by all workers: for the edges between them, or where a predicate holds.
 *
 * Every batch writes to places of its own, which its states alone decide: the result does not depend on how batches were shared out. */
#ifndef TEAMCHECK_EDGES_H
#define TEAMCHECK_EDGES_H

#include "worker.h"

typedef struct {
    layer_work work; /* the layer is all states */
    enum { PASS_DEGREES, PASS_EDGES, PASS_MARKS, PASS_WATCH, PASS_QUIET, PASS_FINAL } kind;
    uint64_t *start;        /* PASS_DEGREES: written */
    const uint64_t *bounds; /* PASS_EDGES, PASS_MARKS: as a pass for degrees wrote it */
    int32_t *target;
    uint32_t *label;
    uint8_t *progress; /* or NULL */
    uint32_t watch;    /* PASS_MARKS, PASS_WATCH, PASS_FINAL */
    uint8_t mark, *marks; /* PASS_MARKS (for each edge), PASS_WATCH, PASS_QUIET, PASS_FINAL */
    worker *workers;
} edge_pass;

/* 0, or -1 when the program is broken or `bounds` are not its degrees. */
int edges_run(edge_pass *pass, worker *workers, uint32_t n_workers);

#endif
