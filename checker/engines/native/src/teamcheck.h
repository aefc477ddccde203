/* The interface of the library: everything that is exported, and all that Python knows of it.
 * A search is used by one thread of the caller at a time. No function calls back, writes to a terminal, or ends the process. */
#ifndef TEAMCHECK_H
#define TEAMCHECK_H

#include "program.h"

/* Raised with every change of a struct, a function or a meaning in program.h and here. */
#define TC_INTERFACE 13

typedef struct tc_search tc_search;

typedef enum {
    TC_RUNNING,  /* the time slice is over */
    TC_COMPLETE, /* every reachable state was expanded */
    TC_MEMORY,   /* the memory limit, or what the system gives, is used up */
    TC_LIMIT,    /* states_limit, or the 2^31 states that a store can number */
    TC_BROKEN,   /* an update left the range of its field: the program is wrong, see broken_state, broken_outcome (-1: of no outcome) */
    TC_PAUSED    /* a layer is done, and as many states are known as were asked for */
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
    uint64_t reduced;    /* states that were expanded in part (stubborn.h) */
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
    uint32_t reducing; /* 1: states are still expanded in part where that can be; 0: never, or it left out too little (search.h) */
    char tier[24]; /* "portable", "avx2", "avx512" */
} tc_stats;

/* What happened first, and how often; state -1: never. For a watch on states `outcome` is -1. */
typedef struct {
    uint64_t count;
    int64_t state, outcome;
} tc_witness;

/* A graph in packed arrays of the caller (packed.h), whole and within its bounds (tc_graph_sound). An edge whose target is -1 leads nowhere. */
typedef struct {
    uint64_t states;
    const uint64_t *first; /* of each 64 states, one after the last included: their first edge */
    const uint64_t *more;  /* of each state, and of one after the last: how many edges the states before it in its 64 have */
    const uint64_t *edge;  /* of each edge: its target + 1, its label, and, in a bit that is left, whether it is progress */
    const uint8_t *cut;    /* edges that do not count (not 0), or NULL */
    const uint8_t *sets;   /* the sets that an edge is in, as bits, or NULL: none */
    uint64_t every;        /* all of the sets */
    uint32_t more_bits, target_bits, label_bits, edge_bits;
} tc_graph;

/* An automaton that reads states. The moves of reader q on the letter l of a state are first[q * letters + place[l]] .. until the next one's:
 * where each leads, and the sets that it is in. */
typedef struct {
    const uint16_t *letter; /* of each state */
    const uint32_t *place;  /* of each of 65,536 letters: below `letters` for those that occur */
    const uint32_t *first;
    const uint16_t *to;
    const uint8_t *sets;
    const uint8_t *ends; /* at q * letters + place[l]: 2 every word that begins so is accepted, 1 the word that goes on like this is */
    uint32_t readers, letters;
} tc_reader;

/* The nodes of a product, in arrays of the caller: `state`, `reader` and `degree` have room for `most`, `number` for each state and reader,
 * all 0. */
typedef struct {
    int32_t *state;
    uint16_t *reader;
    uint32_t *degree;
    uint32_t *number;
    uint64_t n, most;
} tc_nodes;

/* Of the label (a fairness class) of an edge. */
enum { TC_WEAK = 1, TC_STRONG = 2, TC_MAY = 4, TC_FAULT = 8 };
/* Of a label, for one agent: a step of it; one that shows that it wants to act; a step of another agent. */
enum { TC_OWN = 1, TC_WANTS = 2, TC_OTHER = 4 };

#pragma GCC visibility push(default)

uint32_t tc_interface(void);
const char *tc_sources(void); /* the digest of the sources that the library was built from */
/* sizeof of program, field, instruction, update, watch, test, outcome, options, stats, witness, graph, reader, nodes, independence, in that order; 0
 * after the last. */
uint32_t tc_sizeof(uint32_t which);

/* 0 when the program keeps every rule of program.h; otherwise -1 and the reason in `message`. */
int tc_verify(const tc_program *program, char *message, uint32_t capacity);

/* A search from n initial states (n * words words; those that are equal, or stand for one orbit, count once), or NULL and the reason in `message`. Everything is copied. */
tc_search *tc_search_new(const tc_program *program, const uint64_t *initial, uint64_t n, const tc_options *options, char *message,
                         uint32_t capacity);
/* Go on for about `seconds`, or, where `states` is not 0, to the end of the first layer after which so many are known (breadth first; it does not
 * depend on the threads): a tc_status, or TC_PAUSED for the latter. Once it is neither this nor TC_RUNNING, it stays as it is. */
int tc_search_run(tc_search *search, double seconds, uint64_t states);
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

/* The graph of a complete search, by going over all states once more. An edge is a transition. 0, or -1 when the search is
 * not complete, has no whole states or orbits only (or the program is broken).
 * degrees[s]: how many edges state s has. used[l] = 1 for each label l of an edge; all are below `labels`, or the answer is -1. (NULL: not
 * wanted.) */
int tc_search_degrees(tc_search *search, uint32_t *degrees, uint32_t labels, uint8_t *used);
/* The edges, all 0 before, as `graph` (its `edge` is not read) has their starts and their widths: to[l] for a label l, which is below `labels`
 * (NULL: l). -2: no memory. */
int tc_search_edges(tc_search *search, const tc_graph *graph, uint32_t labels, const uint32_t *to, uint64_t *edges);
/* The starts as for tc_search_edges: marks[e] = mark for each edge e where a watch on transitions with this id fires. */
int tc_search_edges_where(tc_search *search, const tc_graph *graph, uint32_t watch, uint8_t mark, uint8_t *marks);
/* marks[s] = mark for each state s where a state watch with this id fires; the others stay as they are. */
int tc_search_evaluate(tc_search *search, uint32_t watch, uint8_t mark, uint8_t *marks);

/* Of a complete search: `mark` at each state where nothing but a fault is enabled; -1 as tc_search_degrees. */
int tc_search_quiet(tc_search *search, uint8_t mark, uint8_t *marks);
/* The same, of those states where a watch on final states with this id fires. */
int tc_search_final(tc_search *search, uint32_t watch, uint8_t mark, uint8_t *marks);
void tc_search_free(tc_search *search);

/* The starts of a graph from the degrees of its states, `first` and `more` all 0 before; what more_bits has to be (`more` NULL: nothing is
 * written). */
uint32_t tc_graph_starts(uint64_t states, const uint32_t *degrees, uint64_t *first, uint64_t *more, uint32_t more_bits);
/* Unpacked: the first edges of the states from .. to-1 (of `states`, too: how many edges there are); of such edges the targets, the labels, and
 * whether they are progress. */
void tc_graph_first_edges(const tc_graph *graph, uint64_t from, uint64_t to, int64_t *starts);
void tc_graph_targets(const tc_graph *graph, uint64_t from, uint64_t to, int32_t *targets);
void tc_graph_labels(const tc_graph *graph, uint64_t from, uint64_t to, uint32_t *labels);
void tc_graph_progress(const tc_graph *graph, uint64_t from, uint64_t to, uint8_t *progress);
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
/* Adds a condition to the letters of n states: bit `bit` (below 15) where its value is 1, the last bit where it is 2, which is no value. */
void tc_letters_add(uint64_t n, const uint8_t *values, uint32_t bit, uint16_t *letters);
/* used[l] = 1 for each letter l of n. */
void tc_letters_used(uint64_t n, const uint16_t *letters, uint8_t *used);
/* The nodes of the product that are reached from the states below n with reader 0, which are its first ones. How many edges it has, -1 when there
 * are more than `most` nodes (or 2^32 edges of one). */
int64_t tc_product_nodes(const tc_graph *graph, const tc_reader *reader, uint64_t n, tc_nodes *nodes);
/* The edges of the product, of nodes that tc_product_nodes found, all 0 before: targets of target_bits, labels as wide as the graph's, nothing
 * else; and of each edge its sets. */
void tc_product_edges(const tc_graph *graph, const tc_reader *reader, const tc_nodes *nodes, uint32_t target_bits, uint64_t *edges, uint8_t *sets);
/* The first of n nodes, in this order, where every run is accepted, or one that ends there: in states with `resting` not 0 runs may. Or -1. */
int64_t tc_product_end(const tc_reader *reader, const tc_nodes *nodes, const uint8_t *resting, const int32_t *order, uint64_t n);
/* One round of checker/graph/longest.py over all states, the last ones first: `counted` of each label, `gained` of each state or NULL, none of
 * them, nor `limit`, below 0 or above 2^61. Whether `most`, 0 at first, has changed: again, until it has not. */
int tc_graph_longest(const tc_graph *graph, const uint8_t *inside, const uint8_t *ends, const int64_t *counted, const int64_t *gained,
                     int64_t limit, int64_t *most);
/* For the hunger of one agent (checker/graph/hunger.py). Of each label: `roles`, bits of TC_OWN ..., and `serves`, the bit of a letter that says
 * that the activity of the label is at rest, 0 where it never waits; bit 0 of a letter says that the agent is busy. by_progress: steps of progress
 * serve, else 0. Of each edge: sets is 1 where the agent wants, 2 where another acts; cut, where it is served. */
void tc_graph_hunger(const tc_graph *graph, const uint16_t *letter, const uint8_t *roles, const uint16_t *serves, uint32_t by_progress,
                     uint8_t *sets, uint8_t *cut);
/* The fair components (cycles.c) among the states with inside[s] not 0: component[s] is 1, 2, ..., 0 in none. How many there are, -1 when there
 * is no memory. */
int64_t tc_graph_fair(const tc_graph *graph, const uint8_t *inside, const uint8_t *kinds, uint32_t labels, uint32_t *component);

#pragma GCC visibility pop

#endif
