#include "edges.h"

#include <stdlib.h>

#include "lanes.h"
#include "packed.h"
#include "parallel.h"

/* The edges of a batch, one after another: they are packed when the targets of all of them are known. */
typedef struct {
    uint64_t first, last;    /* the edges of the batch are first .. last - 1 */
    uint64_t next[LANES];    /* where the next edge of each state goes */
    uint64_t bounds[LANES];  /* and where those of the next state begin */
    uint64_t *records, room; /* as they will be packed, from `first` on */
    uint64_t places[BUFFER]; /* of the edges whose successors wait in the worker's buffer */
} cursors;

static void begin_edges(const edge_pass *pass, cursors *c, uint64_t first, uint64_t n)
{
    c->first = (uint64_t)edges_from(pass->graph, first);
    for (uint64_t lane = 0; lane < n; lane++) {
        c->next[lane] = lane ? c->bounds[lane - 1] : c->first;
        c->bounds[lane] = (uint64_t)edges_from(pass->graph, first + lane + 1);
    }
    c->last = c->bounds[n - 1];
}

/* Has every state of the batch as many edges as it should have? */
static int all_there(const cursors *c, uint64_t n)
{
    for (uint64_t lane = 0; lane < n; lane++)
        if (c->next[lane] != c->bounds[lane])
            return 0;
    return 1;
}

/* Of the lanes where an outcome is enabled, and so has an edge, those where it does not fail. */
static lane_set leading(const worker *w, const layer_work *work, const prepared_outcome *o, lane_set enabled)
{
    return o->failed == TC_NONE ? enabled : set_without(enabled, work->kernel->nonzero(column_of(w, o->failed)));
}

/* Of the edge of a lane, after the outcome's label_code. */
static uint32_t label_of(worker *w, const prepared_outcome *o, uint32_t lane)
{
    return o->label_base + (o->label == TC_NONE ? 0u : (uint32_t)column_of(w, o->label)[lane]);
}

/* A write of a place that is shared only where it says something new. */
static int use_label(edge_pass *pass, uint32_t label)
{
    if (label >= pass->labels)
        return -1;
    if (!__atomic_load_n(&pass->used[label], __ATOMIC_RELAXED))
        __atomic_store_n(&pass->used[label], 1, __ATOMIC_RELAXED);
    return 0;
}

static int count_degrees(edge_pass *pass, worker *w, uint64_t first, uint64_t n)
{
    uint32_t degrees[LANES] = {0};
    for (uint32_t i = 0; i < pass->work.program->n_outcomes; i++) {
        const prepared_outcome *o = &pass->work.program->outcomes[i];
        lane_set set = worker_enabled(w, &pass->work, o);
        if (set_empty(set))
            continue;
        if (pass->used)
            pass->work.kernel->run(o->label_code, o->label_length, w->registers);
        for (int g = 0; g < GROUPS; g++)
            for (uint64_t bits = set.group[g]; bits; bits &= bits - 1) {
                const uint32_t lane = (uint32_t)g * 64 + (uint32_t)__builtin_ctzll(bits);
                degrees[lane]++;
                if (pass->used && use_label(pass, label_of(w, o, lane)))
                    return -1;
            }
    }
    for (uint64_t lane = 0; lane < n; lane++)
        pass->degree[first + lane] = degrees[lane];
    return 0;
}

/* Looks up the successors in the buffer, whose memory is fetched first (buffer.c: insert_all). */
static int resolve(edge_pass *pass, worker *w, cursors *c)
{
    const store *s = pass->work.store;
    const uint32_t words = s->words;
    for (uint32_t i = 0; i < w->filled; i++)
        prefetch_slot(s, w->hashes[i]);
    for (uint32_t i = 0; i < w->filled && i < AHEAD; i++)
        (void)store_look(s, w->hashes[i]);
    for (uint32_t i = 0; i < w->filled; i++) {
        if (i + AHEAD < w->filled)
            (void)store_look(s, w->hashes[i + AHEAD]);
        int64_t number = store_find_hashed(s, w->successors + (size_t)i * words, w->hashes[i]);
        if (number < 0)
            return -1;
        c->records[c->places[i] - c->first] |= (uint64_t)number + 1;
    }
    w->filled = 0;
    return 0;
}

/* Adds the edge of one lane; its successor, if it `leads` to one, to the buffer. */
static int add_edge(edge_pass *pass, worker *w, cursors *c, const prepared_outcome *o, uint32_t lane, int leads)
{
    const prepared *p = pass->work.program;
    const tc_graph *g = pass->graph;
    const uint64_t source = w->batch.state + lane, edge = c->next[lane]++;
    uint32_t label = label_of(w, o, lane);
    if (edge >= c->bounds[lane] || (pass->to && label >= pass->labels))
        return -1;
    label = pass->to ? pass->to[label] : label;
    if ((uint64_t)label >> g->label_bits)
        return -1;
    const uint64_t progress = g->edge_bits > g->target_bits + g->label_bits && o->progress != TC_NONE && column_of(w, o->progress)[lane] != 0;
    c->records[edge - c->first] = (uint64_t)label << g->target_bits | progress << (g->target_bits + g->label_bits);
    if (!leads)
        return 0;
    uint64_t *successor = w->successors + (size_t)w->filled * p->words;
    copy_state(successor, store_state(pass->work.store, source), p->words);
    for (uint32_t k = 0; k < o->n_changes; k++)
        successor[p->changes[o->first_change + k].word] = w->changed[(size_t)k * LANES + lane];
    w->hashes[w->filled] = hash_state(successor, p->words);
    c->places[w->filled++] = edge;
    return 0;
}

static int have_room(cursors *c)
{
    if (c->last - c->first <= c->room)
        return 1;
    const uint64_t room = 2 * (c->last - c->first);
    uint64_t *records = realloc(c->records, room * sizeof *records);
    if (!records)
        return 0;
    c->records = records;
    c->room = room;
    return 1;
}

static void pack_edges(const edge_pass *pass, const cursors *c)
{
    packer p = pack_from(pass->edge, c->first * pass->graph->edge_bits);
    for (uint64_t i = 0; i < c->last - c->first; i++)
        pack_number(&p, c->records[i], pass->graph->edge_bits);
    pack_end(&p);
}

static int add_edges(edge_pass *pass, worker *w, cursors *c, uint64_t first, uint64_t n)
{
    begin_edges(pass, c, first, n);
    if (!have_room(c))
        return -2;
    for (uint32_t i = 0; i < pass->work.program->n_outcomes; i++) {
        const prepared_outcome *o = &pass->work.program->outcomes[i];
        lane_set set = worker_enabled(w, &pass->work, o);
        if (set_empty(set))
            continue;
        const lane_set leads = leading(w, &pass->work, o, set);
        if ((w->filled + LANES > BUFFER && resolve(pass, w, c)) || worker_pack(w, &pass->work, o, leads))
            return -1;
        pass->work.kernel->run(o->label_code, o->label_length, w->registers);
        for (int g = 0; g < GROUPS; g++)
            for (uint64_t bits = set.group[g]; bits; bits &= bits - 1)
                if (add_edge(pass, w, c, o, (uint32_t)g * 64 + (uint32_t)__builtin_ctzll(bits), (leads.group[g] & bits & -bits) != 0))
                    return -1;
    }
    if (!all_there(c, n) || resolve(pass, w, c))
        return -1;
    pack_edges(pass, c);
    return 0;
}

static void mark_states(edge_pass *pass, worker *w, uint64_t first, uint64_t n)
{
    const prepared *p = pass->work.program;
    for (uint32_t i = 0; i < p->n_state_watches; i++) {
        if (p->state_watches[i].watch != pass->watch)
            continue;
        const int32_t *column = column_of(w, p->state_watches[i].reg);
        for (uint64_t lane = 0; lane < n; lane++)
            if (column[lane] != 0)
                pass->marks[first + lane] = pass->mark;
    }
}

/* The edges where a watch on transitions fires; they are numbered as add_edges does it. */
static int mark_edges(edge_pass *pass, worker *w, cursors *c, uint64_t first, uint64_t n)
{
    const prepared *p = pass->work.program;
    begin_edges(pass, c, first, n);
    for (uint32_t i = 0; i < p->n_outcomes; i++) {
        const prepared_outcome *o = &p->outcomes[i];
        const lane_set set = worker_enabled(w, &pass->work, o);
        if (set_empty(set))
            continue;
        const lane_set leads = leading(w, &pass->work, o, set);
        lane_set fires = {{0}};
        for (uint32_t k = 0; k < o->n_watches; k++)
            if (p->watches[o->first_watch + k].watch == pass->watch)
                fires = set_or(fires, set_and(leads, pass->work.kernel->nonzero(column_of(w, p->watches[o->first_watch + k].reg))));
        for (int g = 0; g < GROUPS; g++)
            for (uint64_t bits = set.group[g]; bits; bits &= bits - 1) {
                const uint64_t lane = (uint64_t)g * 64 + (uint64_t)__builtin_ctzll(bits), edge = c->next[lane]++;
                if (edge >= c->bounds[lane])
                    return -1;
                if (fires.group[g] & bits & -bits)
                    pass->marks[edge] = pass->mark;
            }
    }
    return 0;
}

/* The states where nothing but a fault is enabled; PASS_FINAL: where a watch on final states fires besides. */
static void mark_quiet(edge_pass *pass, worker *w, uint64_t first)
{
    const prepared *p = pass->work.program;
    for (uint32_t i = 0; i < p->n_outcomes; i++)
        worker_enabled(w, &pass->work, &p->outcomes[i]);
    lane_set quiet = set_without(w->batch.live, w->batch.moving);
    if (pass->kind == PASS_FINAL && !set_empty(quiet)) {
        lane_set fires = {{0}};
        pass->work.kernel->run(p->final_code, p->final_code_length, w->registers);
        for (uint32_t i = 0; i < p->n_final_watches; i++)
            if (p->final_watches[i].watch == pass->watch)
                fires = set_or(fires, pass->work.kernel->nonzero(column_of(w, p->final_watches[i].reg)));
        quiet = set_and(quiet, fires);
    }
    for (int g = 0; g < GROUPS; g++)
        for (uint64_t bits = quiet.group[g]; bits; bits &= bits - 1)
            pass->marks[first + (uint64_t)g * 64 + (uint64_t)__builtin_ctzll(bits)] = pass->mark;
}

static void run_pass(void *shared, uint32_t index)
{
    edge_pass *pass = shared;
    layer_work *work = &pass->work;
    worker *w = &pass->workers[index];
    cursors c = {.records = NULL};
    int result = 0;
    w->filled = w->inserted = 0;
    while (result == 0 && atomic_load_explicit(&work->stop, memory_order_relaxed) == GO_ON) {
        uint64_t first = atomic_fetch_add(&work->next, LANES);
        if (first >= work->layer_end)
            break;
        uint64_t n = work->layer_end - first < LANES ? work->layer_end - first : LANES;
        worker_load(w, work, first, n);
        if (pass->kind == PASS_DEGREES)
            result = count_degrees(pass, w, first, n);
        else if (pass->kind == PASS_EDGES)
            result = add_edges(pass, w, &c, first, n);
        else if (pass->kind == PASS_MARKS)
            result = mark_edges(pass, w, &c, first, n);
        else if (pass->kind == PASS_WATCH)
            mark_states(pass, w, first, n);
        else
            mark_quiet(pass, w, first);
    }
    free(c.records);
    w->filled = 0;
    w->batch.active = 0;
    if (result)
        atomic_store(&work->stop, result == -2 ? STOP_ROOM : STOP_BROKEN);
}

int edges_run(edge_pass *pass, worker *workers, uint32_t n_workers)
{
    const uint64_t n = pass->work.layer_end;
    pass->workers = workers;
    atomic_store(&pass->work.next, 0);
    atomic_store(&pass->work.stop, GO_ON);
    run_parallel(n < STATES_WORTH_THREADS ? 1 : n_workers, run_pass, pass);
    const int stop = atomic_load(&pass->work.stop);
    return stop == GO_ON ? 0 : stop == STOP_ROOM ? -2 : -1;
}
