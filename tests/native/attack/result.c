#include "result.h"

#include <stdlib.h>
#include <string.h>

static void add(result *r, uint64_t number)
{
    if (r->n_exact == r->room) {
        r->room = 2 * r->room + 256;
        r->exact = realloc(r->exact, r->room * sizeof *r->exact);
        if (!r->exact)
            give_up("out of memory");
    }
    r->exact[r->n_exact++] = number;
}

static uint64_t mixed(uint64_t a, uint64_t b)
{
    const uint64_t h = (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 33);
}

static void add_bytes(result *r, const uint8_t *bytes, uint64_t n)
{
    uint64_t h = n;
    for (uint64_t i = 0; i < n; i++)
        h = mixed(h, bytes[i]);
    add(r, h);
}

static void *zeros(uint64_t n, size_t size)
{
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        give_up("out of memory");
    return memory;
}

/* --- the parts of a result --- */

static void add_counts(const tc_search *search, const tc_program *p, const tc_stats *stats, result *r)
{
    uint64_t *transitions = zeros(p->n_outcomes, sizeof *transitions), all = 0, kinds = 0;
    tc_witness *failures = zeros(p->n_outcomes, sizeof *failures), *watches = zeros(p->n_watch_ids, sizeof *watches);
    tc_search_outcomes(search, transitions, failures);
    tc_search_watches(search, watches);
    for (uint32_t i = 0; i < p->n_outcomes; i++) {
        add(r, transitions[i]);
        add(r, (uint64_t)failures[i].state);
        all = mixed(all, transitions[i]);
        kinds = mixed(kinds, failures[i].count);
    }
    for (uint32_t i = 0; i < p->n_watch_ids; i++) {
        add(r, (uint64_t)watches[i].state);
        add(r, (uint64_t)watches[i].outcome);
        kinds = mixed(kinds, watches[i].count);
    }
    const uint64_t counts[8] = {stats->distinct, stats->expanded, stats->transitions, stats->failures, stats->deadlocks, all, kinds, 0};
    memcpy(r->counts, counts, sizeof counts);
    for (int i = 0; i < 7; i++)
        add(r, counts[i]);
    const int64_t where[] = {stats->first_deadlock, stats->broken_state, stats->broken_outcome};
    for (int i = 0; i < 3; i++)
        add(r, (uint64_t)where[i]);
    const uint64_t more[] = {stats->depth, stats->queue, stats->reduced, stats->bits_set, stats->status, stats->reducing};
    for (int i = 0; i < 6; i++)
        add(r, more[i]);
    free(transitions);
    free(failures);
    free(watches);
}

static void add_path(const tc_search *search, uint64_t state, result *r)
{
    uint32_t *numbers = zeros(20, sizeof *numbers);
    const uint64_t n = tc_search_path(search, state, numbers, 20);
    add(r, n);
    for (uint64_t i = 0; i < n && i < 20; i++)
        add(r, numbers[i]);
    free(numbers);
}

static void add_states(const tc_search *search, const tc_program *p, const tc_options *options, const tc_stats *stats, result *r)
{
    uint64_t layers[10];
    const uint64_t n = tc_search_layers(search, layers, 10);
    add(r, n);
    for (uint64_t i = 0; i < n && i < 10; i++)
        add(r, layers[i]);
    add_path(search, UINT64_MAX, r);
    if (options->store == TC_BITS)
        return;
    for (uint64_t i = 0; i < stats->distinct; i += 1 + stats->distinct / 5)
        add_path(search, i, r);
    uint64_t *words = zeros(stats->distinct * p->words, sizeof *words);
    uint32_t *predecessors = zeros(stats->distinct, sizeof *predecessors);
    const int found = tc_search_states(search, 0, stats->distinct, words, predecessors);
    add(r, (uint64_t)found);
    for (uint64_t i = 0; found == 0 && i < stats->distinct; i++) {
        const uint64_t h = tc_fingerprint(words + i * p->words, p->words);
        r->counts[7] += h; /* whatever the order */
        add(r, mixed(h, predecessors[i]));
        if (tc_search_find(search, words + i * p->words) != (int64_t)i && options->store != TC_FINGERPRINTS)
            give_up("a state is not found under its number");
    }
    if (found == 0 && tc_search_states(search, 0, stats->distinct + 1, words, NULL) != -1)
        give_up("states beyond the last are given");
    free(words);
    free(predecessors);
}

static void add_marks(tc_search *search, const tc_stats *stats, result *r)
{
    const uint64_t n = stats->distinct;
    uint8_t *marks = zeros(4 * n, 1);
    add(r, (uint64_t)tc_search_evaluate(search, 0, 1, marks));
    add(r, (uint64_t)tc_search_evaluate(search, 1, 2, marks + n));
    add(r, (uint64_t)tc_search_quiet(search, 3, marks + 2 * n));
    add(r, (uint64_t)tc_search_final(search, 1, 4, marks + 3 * n));
    add_bytes(r, marks, 4 * n);
    free(marks);
}

/* The graph of a complete search, packed and read again. */
static void add_graph(tc_search *search, const tc_stats *stats, result *r)
{
    const uint64_t n = stats->distinct;
    uint32_t *degrees = zeros(n, sizeof *degrees);
    uint8_t *used = zeros(16, 1);
    add(r, (uint64_t)tc_search_degrees(search, degrees, 16, used));
    const int given = tc_search_degrees(search, degrees, 0, NULL);
    add(r, (uint64_t)given);
    free(used);
    if (given) {
        free(degrees);
        return;
    }
    uint64_t edges = 0;
    for (uint64_t i = 0; i < n; i++)
        edges += degrees[i];
    tc_graph g = {.states = n, .label_bits = 32, .target_bits = n ? 64 - (uint32_t)__builtin_clzll(n) : 0};
    g.more_bits = tc_graph_starts(n, degrees, NULL, NULL, 0);
    g.edge_bits = g.target_bits + g.label_bits + 1;
    uint64_t *first = zeros(n / 64 + 1, sizeof *first), *more = zeros(((n + 1) * g.more_bits + 63) / 64 + 2, sizeof *more);
    uint64_t *edge = zeros((edges * g.edge_bits + 63) / 64 + 2, sizeof *edge);
    tc_graph_starts(n, degrees, first, more, g.more_bits);
    g.first = first;
    g.more = more;
    g.edge = edge;
    if (tc_search_edges(search, &g, UINT32_MAX, NULL, edge) || !tc_graph_sound(&g, edges, UINT32_MAX))
        add(r, 0x600d); /* the label 2^32 - 1 alone is not below */
    uint8_t *marks = zeros(edges, 1);
    add(r, (uint64_t)tc_search_edges_where(search, &g, 0, 7, marks));
    add_bytes(r, marks, edges);
    int32_t *targets = zeros(edges, sizeof *targets);
    uint32_t *labels = zeros(edges, sizeof *labels);
    tc_graph_targets(&g, 0, edges, targets);
    tc_graph_labels(&g, 0, edges, labels);
    tc_graph_progress(&g, 0, edges, marks);
    uint64_t h = 0;
    for (uint64_t e = 0; e < edges; e++)
        h = mixed(mixed(h, (uint32_t)targets[e]), (uint64_t)labels[e] << 1 | marks[e]);
    add(r, h);
    free(degrees);
    free(first);
    free(more);
    free(edge);
    free(marks);
    free(targets);
    free(labels);
}

/* --- a search --- */

/* A new search where the old one was, which is freed; the old one where that cannot be. */
static tc_search *moved(tc_search *old, const subject *s, const tc_options *options)
{
    const uint64_t n = tc_search_position(old, NULL, 0);
    tc_stats stats;
    tc_search_stats(old, &stats);
    if (n == 0 || stats.status != TC_RUNNING)
        return old;
    char message[256];
    uint64_t *position = zeros(n, sizeof *position), *words = zeros(stats.distinct * s->program.words, sizeof *words);
    uint32_t *predecessors = zeros(stats.distinct, sizeof *predecessors);
    tc_search_position(old, position, n);
    if (tc_search_states(old, 0, stats.distinct, words, predecessors))
        give_up("a checkpoint without its states");
    tc_search *new = tc_search_new(&s->program, s->initial, s->n_initial, options, message, sizeof message);
    if (!new)
        give_up("a program is refused the second time");
    tc_stats begun;
    tc_search_stats(new, &begun);
    const uint64_t from = begun.distinct;
    int status = tc_search_append(new, stats.distinct - from, words + from * s->program.words, predecessors + from);
    if (status == TC_RUNNING)
        status = tc_search_resume(new, position, n, message, sizeof message);
    if (status == TC_BROKEN) {
        fprintf(stderr, "%s\n", message);
        give_up("a checkpoint is refused");
    }
    free(position);
    free(words);
    free(predecessors);
    tc_search_free(status == TC_RUNNING ? old : new);
    return status == TC_RUNNING ? new : old;
}

void search_with(const subject *s, const tc_options *options, manner how, result *to)
{
    *to = (result){.status = -1};
    tc_search *search = tc_search_new(&s->program, s->initial, s->n_initial, options, to->reason, sizeof to->reason);
    if (!search) {
        to->unavailable = strcmp(to->reason, "this machine cannot run that tier") == 0;
        return;
    }
    while ((to->status = tc_search_run(search, how.slice, how.states)) == TC_RUNNING || to->status == TC_PAUSED)
        if (how.move)
            search = moved(search, s, options);
    tc_stats stats;
    tc_search_stats(search, &stats);
    add_counts(search, &s->program, &stats, to);
    add_states(search, &s->program, options, &stats, to);
    if (to->status == TC_COMPLETE && options->store == TC_STATES) {
        add_marks(search, &stats, to);
        add_graph(search, &stats, to);
    }
    tc_search_free(search);
}

void result_free(result *r)
{
    free(r->exact);
    r->exact = NULL;
}
