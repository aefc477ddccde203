/* The interface of the library: everything that is exported, and all that Python knows of it.
 * A search is used by one thread of the caller at a time. No function calls back, writes to a terminal, or ends the process. */
#ifndef TEAMCHECK_H
#define TEAMCHECK_H

#include "program.h"

/* Raised with every change of a struct, a function or a meaning in program.h and here. */
#define TC_INTERFACE 5

typedef struct tc_search tc_search;

typedef enum {
    TC_RUNNING,  /* the time slice is over */
    TC_COMPLETE, /* every reachable state was expanded */
    TC_MEMORY,   /* the memory limit, or what the system gives, is used up */
    TC_LIMIT,    /* states_limit, or the 2^31 states that a store can number */
    TC_BROKEN    /* an update left the range of its field: the program is wrong, see broken_state, broken_outcome (-1: of no outcome) */
} tc_status;

typedef enum { TC_TIER_BEST, TC_TIER_PORTABLE, TC_TIER_AVX2, TC_TIER_AVX512 } tc_tier;

/* How states are told apart (store.h). But for TC_STATES, some may be missed. TC_BITS: an array of three quarters of the memory limit; the
 * search is depth first. */
typedef enum { TC_STATES, TC_FINGERPRINTS, TC_BITS } tc_store;

typedef struct {
    uint64_t memory_limit_bytes; /* 0: seven eighths of the memory of the machine */
    uint64_t states_limit;       /* 0: none */
    uint64_t expected_states;    /* a hint: the table has this size from the start; 0: unknown */
    uint32_t threads;            /* 0: one for each processor that is on line */
    uint32_t tier;               /* a tc_tier */
    uint32_t store;              /* a tc_store */
    uint32_t depth_first;        /* 1: depth first, by one thread; not with fingerprints */
} tc_options;

typedef struct {
    uint64_t distinct, expanded, transitions, failures, deadlocks;
    uint64_t depth;      /* of the deepest state so far, by the way on which it was found; initial states have depth 0 */
    uint64_t queue;      /* states that wait for expansion */
    uint64_t bytes;      /* memory that the search uses now */
    uint64_t peak_bytes; /* the most that it used */
    uint64_t table_slots;
    uint64_t array_bits, bits_set; /* of TC_BITS */
    uint64_t threads, lanes;
    int64_t first_deadlock; /* state number, or -1 */
    int64_t broken_state, broken_outcome;
    double mistaken;             /* of TC_BITS: how many states were probably taken for others */
    double seconds, cpu_seconds; /* inside tc_search_run */
    uint32_t status;
    char tier[20]; /* "portable", "avx2", "avx512" */
} tc_stats;

/* What happened first, and how often; state -1: never. For a watch on states `outcome` is -1. */
typedef struct {
    uint64_t count;
    int64_t state, outcome;
} tc_witness;

/* A graph in arrays of the caller, whole and within its bounds (tc_graph_sound). The edges of state s are start[s] .. start[s + 1] - 1, or none
 * where a target is -1. */
typedef struct {
    uint64_t states;
    const int64_t *start;
    const int32_t *target;
    const uint32_t *label;
    const uint8_t *cut; /* edges that do not count (not 0), or NULL */
} tc_graph;

/* Of the label (a fairness class) of an edge. */
enum { TC_WEAK = 1, TC_STRONG = 2, TC_MAY = 4, TC_FAULT = 8 };

#pragma GCC visibility push(default)

uint32_t tc_interface(void);
const char *tc_sources(void); /* the digest of the sources that the library was built from */
/* sizeof of program, field, instruction, update, watch, outcome, options, stats, witness, graph, in that order; 0 after the last. */
uint32_t tc_sizeof(uint32_t which);

/* 0 when the program keeps every rule of program.h; otherwise -1 and the reason in `message`. */
int tc_verify(const tc_program *program, char *message, uint32_t capacity);

/* A search from n initial states (n * words words; those that are equal, or stand for one orbit, count once), or NULL and the reason in `message`. Everything is copied. */
tc_search *tc_search_new(const tc_program *program, const uint64_t *initial, uint64_t n, const tc_options *options, char *message,
                         uint32_t capacity);
/* Go on for about `seconds`; a tc_status. Once it is not TC_RUNNING, it stays as it is. */
int tc_search_run(tc_search *search, double seconds);
void tc_search_stats(const tc_search *search, tc_stats *stats);
/* One entry for each outcome of the program: transitions (failing ones included), and its failures (`outcome` is the entry's own). */
void tc_search_outcomes(const tc_search *search, uint64_t *transitions, tc_witness *failures);
/* One entry for each watch id. */
void tc_search_watches(const tc_search *search, tc_witness *watches);
/* The numbers of the states from an initial one to `state`, shortest in breadth-first search; how many there are (at most `capacity` are written), 0: no such state. */
uint64_t tc_search_path(const tc_search *search, uint64_t state, uint32_t *numbers, uint64_t capacity);
/* The first states of the layers 0, 1, 2, ... (at most `capacity` are written); how many layers there are (depth first: none). */
uint64_t tc_search_layers(const tc_search *search, uint64_t *starts, uint64_t capacity);
/* Copies states from .. to-1 (to <= distinct): words, and predecessors (-1 as 0xffffffff) when not NULL. 0, or -1 when out of bounds
 * (with fingerprints, the words of finished layers may be gone: they are out of bounds too; with bits, only states on the way to a witness
 * are there for good). */
int tc_search_states(const tc_search *search, uint64_t from, uint64_t to, uint64_t *words, uint32_t *predecessors);
/* The fingerprint of a state; that of the state of a number in a search with fingerprints, 0 when there is none. */
uint64_t tc_fingerprint(const uint64_t *state, uint32_t words);
uint64_t tc_search_fingerprint(const tc_search *search, uint64_t number);
/* The number of a state, or -1. */
int64_t tc_search_find(const tc_search *search, const uint64_t *state);

/* --- checkpoints: the states as tc_search_states gives them, and the position, between two calls of tc_search_run.
 * States below `distinct` never change again, so a later checkpoint only adds to an earlier one. --- */

/* All but the states, as words; how many there are (at most `capacity` are written), 0: this search cannot be resumed (only breadth-first ones
 * with whole states can). */
uint64_t tc_search_position(const tc_search *search, uint64_t *words, uint64_t capacity);
/* In a new search, of the same program and initial states: adds the next n states. TC_RUNNING, TC_MEMORY, or TC_BROKEN: they are no states. */
int tc_search_append(tc_search *search, uint64_t n, const uint64_t *states, const uint32_t *predecessors);
/* Puts the search, its states complete, where the position says. TC_RUNNING, TC_MEMORY, or TC_BROKEN with the reason in `message`; then, and
 * when an append failed, the search can only be freed. */
int tc_search_resume(tc_search *search, const uint64_t *words, uint64_t n, char *message, uint32_t capacity);

/* The graph of a complete search, by going over all states once more. An edge is a transition that does not fail. 0, or -1 when the search is
 * not complete, has no whole states or orbits only (or the program is broken).
 * The edges of state s will have the numbers start[s] .. start[s + 1] - 1; `start` has distinct + 1 entries. */
int tc_search_degrees(tc_search *search, uint64_t *start);
/* `start` as tc_search_degrees gave it; one entry for each edge: the number of its target, its label, and 1 where it is progress (NULL: not
 * wanted). */
int tc_search_edges(tc_search *search, const uint64_t *start, int32_t *target, uint32_t *label, uint8_t *progress);
/* marks[s] = mark for each state s where a state watch with this id fires; the others stay as they are. */
int tc_search_evaluate(tc_search *search, uint32_t watch, uint8_t mark, uint8_t *marks);
void tc_search_free(tc_search *search);

/* used[l] = 1 for each of n labels l; 0, or -1 when one of them is not below `labels`. */
int tc_labels_used(const uint32_t *label, uint64_t n, uint32_t labels, uint8_t *used);
/* Each of n labels l, which tc_labels_used has passed, becomes to[l]. */
void tc_labels_map(uint32_t *label, uint64_t n, const uint32_t *to);
/* 1 when starts, targets and labels are within bounds: the functions below index without a check. */
int tc_graph_sound(const tc_graph *graph, uint64_t edges, uint32_t labels);
/* found[s]: all bits of kinds[label] of the edges of s, cut ones too. */
void tc_graph_kinds(const tc_graph *graph, const uint8_t *kinds, uint8_t *found);
/* Breadth first from n sources, each with its level (ascending), over states with inside[s] not 0: of each state its distance (-1: not
 * reached), the edge and the state that it was reached from (-1: a source), and the reached states in order. How many they are. */
uint64_t tc_graph_forward(const tc_graph *graph, const uint8_t *inside, uint64_t n, const int32_t *sources, const int32_t *levels,
                          int32_t *distance, int64_t *edge, int32_t *origin, int32_t *order);
/* found[s] = 1 for each state from which a state with found[s] not 0 is reached. 0, or -1 when there is no memory. */
int tc_graph_backward(const tc_graph *graph, uint8_t *found);
/* The fair components (cycles.c) among the states with inside[s] not 0: component[s] is 1, 2, ..., 0 in none. How many there are, -1 when there
 * is no memory. */
int64_t tc_graph_fair(const tc_graph *graph, const uint8_t *inside, const uint8_t *kinds, uint32_t labels, uint32_t *component);

#pragma GCC visibility pop

#endif
