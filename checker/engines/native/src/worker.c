#include "worker.h"

#include <stdlib.h>

#include "canonical.h"
#include "lanes.h"
#include "parallel.h"

/* --- memory --- */

size_t register_bytes(const prepared *program)
{
    return ((size_t)program->n_registers + 1) * LANES * sizeof(int32_t);
}

/* A power of two. */
static uint32_t recent_places(const prepared *program)
{
    uint32_t places = RECENT_STATES;
    while (places * program->words > RECENT_WORDS)
        places /= 2;
    return places;
}

uint64_t worker_bytes(const prepared *program)
{
    return register_bytes(program) + program->n_tests * sizeof(lane_set) +
           (uint64_t)program->words * (3 * LANES + BUFFER + recent_places(program)) * 8 + BUFFER * 12ull +
           canonical_bytes(program) + tally_bytes(program) + (program->independence ? reduction_bytes(program->independence) : 0);
}

void *column_memory(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

int32_t *register_memory(const prepared *program)
{
    int32_t *registers = column_memory(register_bytes(program));
    for (uint32_t i = 0; registers && i < program->n_consts; i++)
        for (uint32_t lane = 0; lane < LANES; lane++)
            registers[(size_t)(program->first_const + i) * LANES + lane] = program->consts[i];
    return registers;
}

int worker_open(worker *w, const prepared *program)
{
    memset(w, 0, sizeof *w);
    w->registers = register_memory(program);
    w->columns = column_memory(program->words * LANES * sizeof(uint64_t));
    w->changed = column_memory((program->most_changes + 1) * LANES * sizeof(uint64_t));
    w->gathered = column_memory(program->words * LANES * sizeof(uint64_t));
    w->excess = column_memory(LANES * sizeof(int32_t));
    w->passed = column_memory((program->n_tests + 1) * sizeof *w->passed);
    w->successors = malloc((size_t)BUFFER * program->words * sizeof *w->successors);
    w->hashes = malloc(BUFFER * sizeof *w->hashes);
    w->parents = malloc(BUFFER * sizeof *w->parents);
    w->recent_mask = recent_places(program) - 1;
    w->recent = malloc(((size_t)w->recent_mask + 1) * program->words * sizeof *w->recent);
    if (!w->recent || !w->gathered || !w->registers || !w->columns || !w->changed || !w->excess || !w->passed || !w->successors || !w->hashes ||
        !w->parents || canonical_open(&w->canonical, program) || tally_open(&w->tally, program) ||
        (program->independence && reduction_open(&w->reduction, program->independence)))
        return -1;
    return 0;
}

void worker_start(worker *w, const prepared *program, const uint64_t *state)
{
    for (uint32_t place = 0; place <= w->recent_mask; place++)
        copy_state(w->recent + (size_t)place * program->words, state, program->words);
}

void worker_close(worker *w)
{
    free(w->recent);
    free(w->registers);
    free(w->columns);
    free(w->changed);
    free(w->gathered);
    free(w->excess);
    free(w->passed);
    free(w->successors);
    free(w->hashes);
    free(w->parents);
    reduction_close(&w->reduction);
    canonical_close(&w->canonical);
    tally_close(&w->tally);
}

int worker_pending(const worker *w)
{
    return w->batch.active || w->filled > 0 || w->share.next < w->share.end;
}

void worker_ask_to_stop(layer_work *work, int reason)
{
    int none = GO_ON;
    atomic_compare_exchange_strong(&work->stop, &none, reason);
}

/* --- one batch --- */

/* The batch of n states whose words stand at `rows`, `numbers` filled in: unpacked, the state section run. */
static void load(worker *w, const layer_work *work, const uint64_t *rows, uint64_t n)
{
    const prepared *p = work->program;
    for (uint32_t word = 0; word < p->words; word++)
        for (uint64_t lane = 0; lane < n; lane++)
            w->columns[(size_t)word * LANES + lane] = rows[lane * p->words + word];
    work->kernel->unpack(p->unpackings, p->n_unpackings, w->columns, w->registers);
    work->kernel->run(p->state_code, p->state_code_length, w->registers);
    work->kernel->test(p->tests, p->n_tests, w->registers, w->passed);
    w->batch = (batch){.state = w->numbers[0], .active = 1, .live = set_below(n)};
}

void worker_load(worker *w, const layer_work *work, uint64_t first, uint64_t n)
{
    for (uint32_t lane = 0; lane < LANES; lane++)
        w->numbers[lane] = (uint32_t)first + lane;
    load(w, work, store_state(work->store, first), n);
}

static void note(const worker *w, tc_witness *witness, lane_set set, int64_t outcome)
{
    if (set_empty(set))
        return;
    const tc_witness here = {set_size(set), w->numbers[set_first(set)], outcome};
    witness_add(witness, &here);
}

/* What is seen in the states of a new batch. */
static void look_at_states(worker *w, const layer_work *work)
{
    const prepared *p = work->program;
    for (uint32_t i = 0; i < p->n_state_watches; i++) {
        const tc_watch *watch = &p->state_watches[i];
        const lane_set seen = set_and(w->batch.live, work->kernel->nonzero(column_of(w, watch->reg)));
        note(w, &w->tally.watches[watch->watch], seen, -1);
    }
    w->tally.expanded += set_size(w->batch.live);
}

void worker_begin(worker *w, const layer_work *work, const uint32_t *numbers, uint64_t n)
{
    const uint32_t words = work->program->words;
    for (uint64_t lane = 0; lane < n; lane++) {
        w->numbers[lane] = numbers[lane];
        copy_state(w->gathered + lane * words, store_state(work->store, numbers[lane]), words);
    }
    load(w, work, w->gathered, n);
    look_at_states(w, work);
}

int worker_pack(worker *w, const layer_work *work, const prepared_outcome *o, lane_set set)
{
    const prepared *p = work->program;
    if (o->n_changes == 0)
        return 0;
    memset(w->excess, 0, LANES * sizeof *w->excess);
    for (uint32_t k = 0; k < o->n_changes; k++) {
        const word_change *change = &p->changes[o->first_change + k];
        work->kernel->pack(p->packings + change->first, change->n, change->keep, change->set, w->columns + (size_t)change->word * LANES, w->registers,
                           w->changed + (size_t)k * LANES, w->excess);
    }
    lane_set broken = set_and(set, work->kernel->nonzero(w->excess));
    if (set_empty(broken))
        return 0;
    w->tally.broken_state = w->numbers[set_first(broken)];
    w->tally.broken_outcome = o->number;
    return -1;
}

lane_set worker_passing(worker *w, const layer_work *work, const prepared_outcome *o, lane_set candidates)
{
    const uint32_t *needs = work->program->needs + o->first_need;
    for (uint32_t i = 0; i < o->n_needs; i++)
        candidates = set_and(candidates, w->passed[needs[i]]);
    if (set_empty(candidates))
        return candidates;
    work->kernel->run(o->guard, o->guard_length, w->registers);
    return o->enabled == TC_NONE ? candidates : set_and(candidates, work->kernel->nonzero(column_of(w, o->enabled)));
}

lane_set worker_enabled(worker *w, const layer_work *work, const prepared_outcome *o)
{
    batch *b = &w->batch;
    lane_set candidates = o->waits ? set_without(b->live, b->busy) : work->reduce ? w->reduction.wanted[o->number] : b->live;
    lane_set enabled = worker_passing(w, work, o, candidates);
    if (set_empty(enabled))
        return enabled;
    work->kernel->run(o->rest, o->rest_length, w->registers);
    if (!o->is_fault) {
        b->moving = set_or(b->moving, enabled);
        b->busy = o->waits ? b->busy : set_or(b->busy, enabled);
    }
    return enabled;
}

/* Evaluates one outcome over the batch; -1 when the program is broken. */
static int expand_outcome(worker *w, const layer_work *work, const prepared_outcome *o)
{
    const prepared *p = work->program;
    const kernel *k = work->kernel;
    lane_set enabled = worker_enabled(w, work, o);
    if (set_empty(enabled))
        return 0;
    w->tally.transitions[o->number] += set_size(enabled);
    if (o->failed != TC_NONE) {
        lane_set failed = set_and(enabled, k->nonzero(column_of(w, o->failed)));
        note(w, &w->tally.failures[o->number], failed, o->number);
        w->reduction.failed = set_or(w->reduction.failed, failed);
        enabled = set_without(enabled, failed);
        if (set_empty(enabled))
            return 0;
    }
    for (uint32_t i = 0; i < o->n_watches; i++) {
        const tc_watch *watch = &p->watches[o->first_watch + i];
        note(w, &w->tally.watches[watch->watch], set_and(enabled, k->nonzero(column_of(w, watch->reg))), o->number);
    }
    if (worker_pack(w, work, o, enabled))
        return -1;
    if (work->reduce)
        stubborn_taken(w, work, o, enabled);
    buffer_collect(w, work->program, o, enabled);
    return 0;
}

/* What is decided in final states. */
static void look_at_final(worker *w, const layer_work *work, lane_set final)
{
    const prepared *p = work->program;
    work->kernel->run(p->final_code, p->final_code_length, w->registers);
    for (uint32_t i = 0; i < p->n_final_watches; i++) {
        const tc_watch *watch = &p->final_watches[i];
        note(w, &w->tally.watches[watch->watch], set_and(final, work->kernel->nonzero(column_of(w, watch->reg))), -1);
    }
    if (p->done_reg != TC_NONE)
        final = set_without(final, work->kernel->nonzero(column_of(w, p->done_reg)));
    tc_witness deadlock = {w->tally.deadlocks, w->tally.first_deadlock, -1};
    note(w, &deadlock, final, -1);
    w->tally.deadlocks = deadlock.count;
    w->tally.first_deadlock = deadlock.state;
}

/* Goes on with the outcomes; 0 when they are done, -1 when it has to wait. */
static int expand_outcomes(worker *w, layer_work *work)
{
    const prepared *p = work->program;
    for (; w->batch.next_outcome < p->n_outcomes; w->batch.next_outcome++) {
        if (w->filled + LANES > BUFFER && buffer_flush(w, work))
            return -1;
        if (expand_outcome(w, work, &p->outcomes[w->batch.next_outcome])) {
            atomic_store(&work->stop, STOP_BROKEN);
            return -1;
        }
    }
    return 0;
}

int worker_expand(worker *w, layer_work *work)
{
    if (!w->batch.active)
        return 0;
    if (expand_outcomes(w, work))
        return -1;
    while (work->reduce && stubborn_rest(w, work)) {
        w->batch.next_outcome = 0;
        if (expand_outcomes(w, work))
            return -1;
    }
    lane_set final = set_without(w->batch.live, w->batch.moving);
    if (!set_empty(final))
        look_at_final(w, work, final);
    w->batch.active = 0;
    return 0;
}

/* The next batch of the worker's share, or of a new one; 0 when the layer is used up. */
static int next_batch(worker *w, layer_work *work)
{
    number_block *share = &w->share;
    if (share->next == share->end) {
        uint64_t first = atomic_load(&work->next);
        if (first < work->layer_end)
            first = atomic_fetch_add(&work->next, work->share);
        if (first >= work->layer_end)
            return 0;
        const uint64_t left = work->layer_end - first;
        *share = (number_block){first, first + (left < work->share ? left : work->share)};
    }
    const uint64_t left = share->end - share->next, n = left < LANES ? left : LANES;
    worker_load(w, work, share->next, n);
    share->next += n;
    look_at_states(w, work);
    if (work->reduce)
        stubborn_choose(w, work);
    return 1;
}

void worker_run(worker *w, layer_work *work)
{
    if (w->inserted > 0 && buffer_flush(w, work))
        return;
    while (atomic_load_explicit(&work->stop, memory_order_relaxed) == GO_ON) {
        if (!w->batch.active && !next_batch(w, work)) {
            buffer_flush(w, work);
            return;
        }
        if (worker_expand(w, work))
            return;
        if (wall_seconds() >= work->deadline)
            worker_ask_to_stop(work, STOP_TIME);
    }
}
