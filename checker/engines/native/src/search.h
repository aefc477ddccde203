/* A search, for the functions of teamcheck.h: search.c runs it and answers, checkpoint.c saves and resume.c restores it. */
#ifndef TEAMCHECK_SEARCH_H
#define TEAMCHECK_SEARCH_H

#include "teamcheck.h"
#include "worker.h"

/* A worker takes part of a layer at once: neighbours should be with one worker, for the sake of its recent states (worker.h), and the workers should
 * come to the end of a layer together. So many parts for each worker at least, of so many batches at most. */
enum { SHARES = 8, MOST_BATCHES = 64 };

/* When a reduction is judged: so many enabled outcomes were looked at; less than one in LEAST_PART of them was left out. */
enum { OFFERS_TO_JUDGE = 10000, LEAST_PART = 8 };

struct tc_search {
    prepared program;
    const kernel *kernel;
    store store;
    worker *workers;
    uint32_t n_workers, layer_workers; /* all; those that expand this layer */
    uint64_t *layers;
    uint64_t depth, layers_capacity, layer_end;
    int depth_first;          /* then there is one worker, and `depth` is that of the deepest state */
    uint64_t waiting, pushed; /* depth first: states on the stack; states below have been on it */
    uint64_t compact_at;      /* with a bit array: so many states, and the log is compacted */
    layer_work work;
    tc_status status;
    arena spare;     /* addresses that are given back when memory is used up: the caller needs some to say so */
    int has_initial; /* all initial states found room */
    double seconds, cpu_seconds; /* inside tc_search_run; the processor time is the whole process's */
};

/* The layer that ends with `layer_end` is expanded: of its states, those from `next` on are still to be taken. */
void share_out(tc_search *search, uint64_t next);

#endif
