/* What a search says of itself between two calls of tc_search_run: functions of teamcheck.h. */
#include <stdio.h>

#include "edges.h"
#include "search.h"

/* --- counts, witnesses and states --- */

void tc_search_stats(const tc_search *search, tc_stats *stats)
{
    const store *s = &search->store;
    uint64_t count = s->seen.words ? s->seen.states : atomic_load(&s->count);
    *stats = (tc_stats){.distinct = count, .first_deadlock = -1, .broken_state = -1, .broken_outcome = -1};
    for (uint32_t i = 0; i < search->n_workers; i++) {
        const tally *t = &search->workers[i].tally;
        stats->expanded += t->expanded;
        stats->reduced += search->workers[i].reduction.states;
        stats->deadlocks += t->deadlocks;
        for (uint32_t k = 0; k < search->program.n_outcomes; k++) {
            stats->transitions += t->transitions[k];
            stats->failures += t->failures[k].count;
        }
        if (t->first_deadlock >= 0 && (stats->first_deadlock < 0 || t->first_deadlock < stats->first_deadlock))
            stats->first_deadlock = t->first_deadlock;
        if (t->broken_state >= 0 && stats->broken_state < 0) {
            stats->broken_state = t->broken_state;
            stats->broken_outcome = t->broken_outcome;
        }
    }
    stats->depth = search->depth + (!search->depth_first && count > search->layer_end);
    stats->queue = count - stats->expanded;
    stats->bytes = store_bytes(s);
    stats->peak_bytes = s->peak_bytes > stats->bytes ? s->peak_bytes : stats->bytes;
    stats->table_slots = s->slots;
    stats->array_bits = s->seen.bits;
    stats->bits_set = s->seen.set;
    stats->mistaken = s->seen.mistaken;
    stats->threads = search->n_workers;
    stats->lanes = LANES;
    stats->seconds = search->seconds;
    stats->cpu_seconds = search->cpu_seconds;
    stats->status = search->status;
    stats->reducing = search->work.reduce != 0;
    snprintf(stats->tier, sizeof stats->tier, "%s", search->kernel->name);
}

void tc_search_outcomes(const tc_search *search, uint64_t *transitions, tc_witness *failures)
{
    for (uint32_t k = 0; k < search->program.n_outcomes; k++) {
        transitions[k] = 0;
        failures[k] = (tc_witness){0, -1, -1};
    }
    for (uint32_t i = 0; i < search->n_workers; i++) {
        const tally *t = &search->workers[i].tally;
        for (uint32_t k = 0; k < search->program.n_outcomes; k++) {
            transitions[k] += t->transitions[k];
            witness_add(&failures[k], &t->failures[k]);
        }
    }
}

void tc_search_watches(const tc_search *search, tc_witness *watches)
{
    for (uint32_t k = 0; k < search->program.n_watch_ids; k++) {
        watches[k] = (tc_witness){0, -1, -1};
        for (uint32_t i = 0; i < search->n_workers; i++)
            witness_add(&watches[k], &search->workers[i].tally.watches[k]);
    }
}

uint64_t tc_search_path(const tc_search *search, uint64_t state, uint32_t *numbers, uint64_t capacity)
{
    if (state >= atomic_load(&search->store.count))
        return 0;
    uint64_t length = 1, at = state;
    while (*store_predecessor(&search->store, at) != NO_STATE) {
        at = *store_predecessor(&search->store, at);
        length++;
    }
    at = state;
    for (uint64_t place = length; place-- > 0; at = *store_predecessor(&search->store, at))
        if (place < capacity)
            numbers[place] = (uint32_t)at;
    return length;
}

uint64_t tc_search_layers(const tc_search *search, uint64_t *starts, uint64_t capacity)
{
    uint64_t n = search->depth + 1;
    if (search->depth_first)
        return 0;
    for (uint64_t i = 0; i < n && i < capacity; i++)
        starts[i] = search->layers[i];
    if (atomic_load(&search->store.count) == search->layer_end)
        return n;
    if (n < capacity)
        starts[n] = search->layer_end;
    return n + 1;
}

int tc_search_states(const tc_search *search, uint64_t from, uint64_t to, uint64_t *words, uint32_t *predecessors)
{
    const store *s = &search->store;
    if (from > to || to > atomic_load(&s->count) || from < s->released)
        return -1;
    if (from == to)
        return 0;
    memcpy(words, store_state(s, from), (to - from) * s->words * sizeof *words);
    if (predecessors)
        memcpy(predecessors, store_predecessor(s, from), (to - from) * sizeof *predecessors);
    return 0;
}

uint64_t tc_fingerprint(const uint64_t *state, uint32_t words)
{
    return hash_state(state, words);
}

uint64_t tc_search_fingerprint(const tc_search *search, uint64_t number)
{
    const store *s = &search->store;
    return s->fingerprints.base && number < atomic_load(&s->count) ? *store_fingerprint(s, number) : 0;
}

int64_t tc_search_find(const tc_search *search, const uint64_t *state)
{
    return store_find(&search->store, state);
}

/* --- the graph of a complete search --- */

static int over_all_states(tc_search *search, edge_pass *pass)
{
    const int orbits = search->program.canonical.n_changes > 0 && pass->kind != PASS_WATCH;
    if (search->status != TC_COMPLETE || !store_is_whole(&search->store) || search->program.independence || orbits)
        return -1;
    pass->work = (layer_work){.program = &search->program, .kernel = search->kernel, .store = &search->store};
    pass->work.layer_end = atomic_load(&search->store.count);
    return edges_run(pass, search->workers, search->n_workers);
}

int tc_search_degrees(tc_search *search, uint32_t *degrees, uint32_t labels, uint8_t *used)
{
    edge_pass pass = {.kind = PASS_DEGREES, .degree = degrees, .labels = labels, .used = used};
    return over_all_states(search, &pass);
}

int tc_search_edges(tc_search *search, const tc_graph *graph, uint32_t labels, const uint32_t *to, uint64_t *edges)
{
    if (graph->states != atomic_load(&search->store.count) || (graph->states >> graph->target_bits) != 0 || graph->edge_bits > 64)
        return -1;
    edge_pass pass = {.kind = PASS_EDGES, .graph = graph, .labels = labels, .to = to, .edge = edges};
    return over_all_states(search, &pass);
}

int tc_search_edges_where(tc_search *search, const tc_graph *graph, uint32_t watch, uint8_t mark, uint8_t *marks)
{
    edge_pass pass = {.kind = PASS_MARKS, .graph = graph, .watch = watch, .mark = mark, .marks = marks};
    return graph->states == atomic_load(&search->store.count) ? over_all_states(search, &pass) : -1;
}

int tc_search_final(tc_search *search, uint32_t watch, uint8_t mark, uint8_t *marks)
{
    edge_pass pass = {.kind = PASS_FINAL, .watch = watch, .mark = mark, .marks = marks};
    return over_all_states(search, &pass);
}

int tc_search_quiet(tc_search *search, uint8_t mark, uint8_t *marks)
{
    edge_pass pass = {.kind = PASS_QUIET, .mark = mark, .marks = marks};
    return over_all_states(search, &pass);
}

int tc_search_evaluate(tc_search *search, uint32_t watch, uint8_t mark, uint8_t *marks)
{
    edge_pass pass = {.kind = PASS_WATCH, .watch = watch, .mark = mark, .marks = marks};
    return over_all_states(search, &pass);
}
