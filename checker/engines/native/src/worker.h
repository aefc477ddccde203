/* One thread's part of a search: it takes batches of the layer that is being expanded, evaluates every outcome over a batch, collects the
 * successors in a buffer, and inserts a full buffer into the store with its memory prefetched.
 *
 * RECENT  Neighbours in a layer have many successors in common. Each worker remembers the last states that it collected, by some bits of their
 *         hash, and collects none that it finds there: that takes two thirds of the successors of two-phase commit off the table. A state is in
 *         `recent` only if it, or the state that stands for its orbit, is in the store or in this worker's buffer: each place starts with an
 *         initial state (worker_start).
 *
 * A worker stops at any outcome or insertion (no room, end of the time slice) and goes on from there at the next call: nothing that was counted
 * is counted again, nothing collected is lost. What it found is in its `tally`; the tallies of all workers together do not depend on how the
 * batches were shared out. */
#ifndef TEAMCHECK_WORKER_H
#define TEAMCHECK_WORKER_H

#include "kernel.h"
#include "prepared.h"
#include "store.h"
#include "teamcheck.h"

#ifndef STATES_WORTH_THREADS
#define STATES_WORTH_THREADS (32 * LANES) /* smaller layers are expanded by the calling thread alone */
#endif

/* States in the buffer; how many insertions ahead the state behind a slot is prefetched; the words of a worker's recent states, which should
 * stay within the second cache of a core. */
enum { BUFFER = 1024 + LANES, AHEAD = 32, RECENT_STATES = 1 << 14, RECENT_WORDS = 1 << 15 };

/* Why all workers stop. */
enum { GO_ON = 0, STOP_TIME = 1, STOP_ROOM = 2, STOP_BROKEN = 3 };

/* What all workers share while a layer is expanded. */
typedef struct layer_work {
    const prepared *program;
    const kernel *kernel;
    store *store;
    _Atomic uint64_t next; /* the first state of the layer that no worker has taken */
    uint64_t layer_end, share; /* a worker takes so many states at once: whole batches */
    double deadline;
    _Atomic int stop;
    int reduce; /* states are expanded in part (stubborn.h) */
} layer_work;

typedef struct {
    uint64_t expanded, deadlocks;
    int64_t first_deadlock, broken_state, broken_outcome;
    uint64_t *transitions;  /* for each outcome in the caller's order */
    tc_witness *failures;   /* for each outcome */
    tc_witness *watches;    /* for each watch id */
} tally;

typedef struct {
    uint64_t state; /* the first one */
    uint32_t next_outcome;
    int active;
    lane_set live, moving, busy; /* has a state; has an enabled outcome: not a fault; nor a timeout */
} batch;

/* Where the canonical section runs (canonical.c); empty where there is none. */
typedef struct {
    int32_t *registers;
    uint64_t *columns, *changed;
} canonical_room;

typedef struct worker {
    _Alignas(64) int32_t *registers; /* no two workers write to one line of a cache */
    uint64_t *columns; /* the words of the batch, word by word */
    uint64_t *changed; /* the changed words of the successors of an outcome */
    int32_t *excess;
    lane_set *passed; /* of each test */
    number_block share; /* of the layer, taken and not begun */
    batch batch;
    uint32_t numbers[LANES]; /* of the states of the batch */
    uint64_t *gathered;      /* the words of states that do not stand one after another in the store */
    uint64_t *successors, *hashes; /* the buffer: `filled` states, of which the first `inserted` are in the store */
    uint32_t *parents;
    uint32_t filled, inserted;
    uint32_t representatives; /* so many, from the first on, have been through the canonical section */
    canonical_room canonical;
    uint64_t *recent;
    uint32_t recent_mask; /* places in `recent`, less one */
    number_block block;
    tally tally;
    reduction reduction;
} worker;

/* 0, or -1 when there is no memory. */
int worker_open(worker *w, const prepared *program);
/* Before the first layer: `state` is an initial state, and in the store, or what stands for its orbit is. */
void worker_start(worker *w, const prepared *program, const uint64_t *state);
void worker_close(worker *w);
uint64_t worker_bytes(const prepared *program);
/* Expands batches until the layer is used up or something says stop. */
void worker_run(worker *w, layer_work *work);
/* Is anything left that was taken or collected? */
int worker_pending(const worker *w);
/* Zeros, aligned to lines of the cache, for `free`; a register file, its constants in place; NULL when there is no memory. */
void *column_memory(size_t bytes);
size_t register_bytes(const prepared *program);
int32_t *register_memory(const prepared *program);
/* The parts of worker_run. Begins a batch of the n states with these numbers, in ascending order. */
void worker_begin(worker *w, const layer_work *work, const uint32_t *numbers, uint64_t n);
/* Goes on with the batch, if there is one; 0 when it is finished, -1 when it has to wait. */
int worker_expand(worker *w, layer_work *work);
/* The buffer (buffer.c). Adds the successors of the lanes of `set`, for which there is room: at least LANES places; not those that are recent. */
void buffer_collect(worker *w, const prepared *program, const prepared_outcome *o, lane_set set);
/* Inserts the whole buffer; 0, or -1 when there is no room: then the rest stays (or when the program is broken). */
int buffer_flush(worker *w, layer_work *work);
/* The first reason stands. */
void worker_ask_to_stop(layer_work *work, int reason);
static inline const int32_t *column_of(const worker *w, uint32_t reg)
{
    return w->registers + (size_t)reg * LANES;
}

/* The steps of an expansion. A batch of the n states from `first` on: unpacked, the state section run. */
void worker_load(worker *w, const layer_work *work, uint64_t first, uint64_t n);
/* Those of `candidates` that pass the outcome's tests and its guard, which has run if any pass the tests. */
lane_set worker_passing(worker *w, const layer_work *work, const prepared_outcome *o, lane_set candidates);
/* The lanes where the outcome is enabled, those where it fails included; its code has run there. In the order of the outcomes. */
lane_set worker_enabled(worker *w, const layer_work *work, const prepared_outcome *o);
/* The successors' changed words; -1 when a value of a lane of `set` leaves the range of its field. */
int worker_pack(worker *w, const layer_work *work, const prepared_outcome *o, lane_set set);
/* Adds the count of `from`, and takes its place when it is earlier. */
void witness_add(tc_witness *to, const tc_witness *from);
int tally_open(tally *t, const prepared *program);
void tally_close(tally *t);
uint64_t tally_bytes(const prepared *program);

#endif
