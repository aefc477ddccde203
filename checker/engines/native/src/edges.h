/* Going over all states of a complete search once more, by all workers: for the edges between them, or where a predicate holds.
 *
 * Every batch writes to places of its own, which its states alone decide: the result does not depend on how batches were shared out. */
#ifndef TEAMCHECK_EDGES_H
#define TEAMCHECK_EDGES_H

#include "worker.h"

typedef struct {
    layer_work work; /* the layer is all states */
    enum { PASS_DEGREES, PASS_EDGES, PASS_MARKS, PASS_WATCH, PASS_QUIET, PASS_FINAL } kind;
    uint32_t *degree;      /* PASS_DEGREES: written, for each state */
    uint8_t *used;         /* PASS_DEGREES: 1 for each label that an edge has, or NULL; written by all workers */
    uint32_t labels;       /* so many has `used`, and `to` */
    const tc_graph *graph; /* PASS_EDGES, PASS_MARKS: where the edges of each state begin, as its degrees say; how wide its numbers are */
    uint64_t *edge;        /* PASS_EDGES: written */
    const uint32_t *to;    /* PASS_EDGES: what is kept in the place of each label, or NULL: the label */
    uint32_t watch;        /* PASS_MARKS, PASS_WATCH, PASS_FINAL */
    uint8_t mark, *marks;  /* PASS_MARKS (for each edge), PASS_WATCH, PASS_QUIET, PASS_FINAL */
    worker *workers;
} edge_pass;

/* 0; -1 when the program is broken, the starts are not those of its degrees, or a label is too large; -2 when there is no memory. */
int edges_run(edge_pass *pass, worker *workers, uint32_t n_workers);

#endif
