#include "stubborn.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "worker.h"

static void *copied(const void *items, size_t n, size_t size)
{
    void *copy = malloc(n * size + 1);
    if (copy && n)
        memcpy(copy, items, n * size);
    return copy;
}

static int has(const uint64_t *set, uint32_t item)
{
    return (int)(set[item / 64] >> (item % 64) & 1);
}

static void put(uint64_t *set, uint32_t item)
{
    set[item / 64] |= 1ull << (item % 64);
}

static int lane_in(const lane_set *set, uint32_t lane)
{
    return (int)(set->group[lane / 64] >> (lane % 64) & 1);
}

static void add_lane(lane_set *set, uint32_t lane)
{
    set->group[lane / 64] |= 1ull << (lane % 64);
}

/* --- memory --- */

independence *independence_of(const tc_program *program)
{
    const tc_independence *from = program->independence;
    independence *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    const uint32_t n = program->n_outcomes, row = (n + 63) / 64;
    d->n_outcomes = n;
    d->n_conditions = from->n_conditions;
    d->row = row;
    d->conditions = copied(from->conditions, from->n_conditions, sizeof *d->conditions);
    d->first_need = copied(from->first_need, n + 1, sizeof *d->first_need);
    d->needs = copied(from->needs, from->n_needs, sizeof *d->needs);
    d->conflicts = copied(from->conflicts, (size_t)n * row, sizeof *d->conflicts);
    d->enablers = copied(from->enablers, (size_t)from->n_conditions * row, sizeof *d->enablers);
    d->invisible = copied(from->invisible, row, sizeof *d->invisible);
    d->keys = copied(from->invisible, row, sizeof *d->keys);
    if (!d->conditions || !d->first_need || !d->needs || !d->conflicts || !d->enablers || !d->invisible || !d->keys) {
        independence_free(d);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        if (program->outcomes[i].is_fault)
            d->keys[i / 64] &= ~(1ull << (i % 64));
    return d;
}

void independence_free(independence *d)
{
    if (!d)
        return;
    free(d->conditions);
    free(d->first_need);
    free(d->needs);
    free(d->conflicts);
    free(d->enablers);
    free(d->invisible);
    free(d->keys);
    free(d);
}

int reduction_open(reduction *r, const independence *d)
{
    memset(r, 0, sizeof *r);
    r->wanted = calloc(d->n_outcomes + 1, sizeof *r->wanted);
    r->truths = calloc(d->n_conditions + 1, sizeof *r->truths);
    r->rows = calloc((size_t)d->row * LANES + 1, sizeof *r->rows);
    r->taken = calloc((size_t)d->row * LANES + 1, sizeof *r->taken);
    r->chosen = calloc(d->row + 1, sizeof *r->chosen);
    r->best = calloc(d->row + 1, sizeof *r->best);
    r->fresh = calloc(d->row + 1, sizeof *r->fresh);
    return r->wanted && r->truths && r->rows && r->taken && r->chosen && r->best && r->fresh ? 0 : -1;
}

void reduction_close(reduction *r)
{
    free(r->wanted);
    free(r->truths);
    free(r->rows);
    free(r->taken);
    free(r->chosen);
    free(r->best);
    free(r->fresh);
}

uint64_t reduction_bytes(const independence *d)
{
    return ((uint64_t)d->n_outcomes + d->n_conditions) * sizeof(lane_set) + (uint64_t)d->row * (2 * LANES + 3) * 8;
}

/* --- one state --- */

/* How many outcomes of `set` a state gains that has `chosen`: enabled ones, and any. */
static uint32_t gained(const uint64_t *set, const uint64_t *chosen, const uint64_t *enabled, uint32_t row)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < row; k++)
        n += (uint32_t)__builtin_popcountll(set[k] & ~chosen[k] & enabled[k]) * 4096u + (uint32_t)__builtin_popcountll(set[k] & ~chosen[k]);
    return n;
}

/* What has to come with an outcome that is not enabled: the enablers of that of its conditions that is 0 and brings the least. NULL: none is 0. */
static const uint64_t *enablers_for(const reduction *r, const independence *d, uint32_t outcome, uint32_t lane, const uint64_t *enabled)
{
    const uint64_t *best = NULL;
    uint32_t least = 0;
    for (uint32_t i = d->first_need[outcome]; i < d->first_need[outcome + 1]; i++) {
        if (lane_in(&r->truths[d->needs[i]], lane))
            continue;
        const uint64_t *set = d->enablers + (size_t)d->needs[i] * d->row;
        uint32_t brings = gained(set, r->chosen, enabled, d->row);
        if (!best || brings < least) {
            best = set;
            least = brings;
        }
    }
    return best;
}

/* The least closed set with `seed` that these choices give, in `chosen`; how many of it are enabled, or `bound` when it is that many or more. */
static uint32_t close_set(reduction *r, const independence *d, uint32_t seed, uint32_t lane, uint32_t bound)
{
    const uint64_t *enabled = r->rows + (size_t)lane * d->row;
    uint32_t size = 1, at = 0;
    memset(r->chosen, 0, d->row * sizeof *r->chosen);
    memset(r->fresh, 0, d->row * sizeof *r->fresh);
    put(r->chosen, seed);
    put(r->fresh, seed);
    while (at < d->row) {
        if (r->fresh[at] == 0) {
            at++;
            continue;
        }
        const uint32_t outcome = at * 64 + (uint32_t)__builtin_ctzll(r->fresh[at]);
        r->fresh[at] &= r->fresh[at] - 1;
        const uint64_t *more = has(enabled, outcome) ? d->conflicts + (size_t)outcome * d->row : enablers_for(r, d, outcome, lane, enabled);
        if (!more)
            return bound;
        for (uint32_t k = 0; k < d->row; k++) {
            const uint64_t news = more[k] & ~r->chosen[k];
            r->chosen[k] |= news;
            r->fresh[k] |= news;
            size += (uint32_t)__builtin_popcountll(news & enabled[k]);
            at = news && k < at ? k : at;
        }
        if (size >= bound)
            return bound;
    }
    return size;
}

static uint32_t count_of(const uint64_t *set, uint32_t row)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < row; k++)
        n += (uint32_t)__builtin_popcountll(set[k]);
    return n;
}

/* The stubborn set with a key not yet taken that adds the fewest enabled outcomes to those taken, in `best`; how many it adds, or `rest`, all that
 * are left, when none adds fewer. The last keys come first: they go on with what others began, and there are fewer states where that is so. */
static uint32_t smallest(reduction *r, const independence *d, uint32_t lane, uint32_t rest)
{
    const uint64_t *enabled = r->rows + (size_t)lane * d->row, *taken = r->taken + (size_t)lane * d->row;
    const uint32_t before = count_of(taken, d->row);
    uint32_t least = rest;
    for (uint32_t k = d->row; k-- > 0;)
        for (uint64_t bits = enabled[k] & d->keys[k] & ~taken[k]; bits && least > 1;) {
            const uint32_t bit = 63 - (uint32_t)__builtin_clzll(bits);
            bits ^= 1ull << bit;
            if (close_set(r, d, k * 64 + bit, lane, before + least) >= before + least)
                continue;
            uint32_t adds = 0;
            for (uint32_t i = 0; i < d->row; i++)
                adds += (uint32_t)__builtin_popcountll(r->chosen[i] & enabled[i] & ~taken[i]);
            if (adds < least) {
                least = adds;
                memcpy(r->best, r->chosen, d->row * sizeof *r->best);
            }
        }
    return least;
}

/* --- a batch --- */

static void find_enabled(worker *w, const layer_work *work)
{
    const prepared *p = work->program;
    reduction *r = &w->reduction;
    const independence *d = p->independence;
    memset(r->rows, 0, (size_t)d->row * LANES * sizeof *r->rows);
    for (uint32_t i = 0; i < d->n_conditions; i++)
        r->truths[i] = work->kernel->nonzero(column_of(w, d->conditions[i]));
    for (uint32_t i = 0; i < p->n_outcomes; i++) {
        const prepared_outcome *o = &p->outcomes[i];
        const lane_set enabled = worker_passing(w, work, o, w->batch.live);
        for (int g = 0; g < GROUPS; g++)
            for (uint64_t bits = enabled.group[g]; bits; bits &= bits - 1)
                put(r->rows + ((size_t)g * 64 + (uint32_t)__builtin_ctzll(bits)) * d->row, i);
    }
}

/* Takes the smallest stubborn set that is left, or all that is left where `whole` is not 0 or there is no smaller one. */
static void take(reduction *r, const independence *d, uint32_t lane, int whole)
{
    const uint64_t *enabled = r->rows + (size_t)lane * d->row;
    uint64_t *taken = r->taken + (size_t)lane * d->row;
    const uint32_t rest = count_of(enabled, d->row) - count_of(taken, d->row);
    const int part = !whole && rest > 1 && smallest(r, d, lane, rest) < rest;
    for (uint32_t k = 0; k < d->row; k++) {
        uint64_t more = enabled[k] & ~taken[k] & (part ? r->best[k] : ~0ull);
        taken[k] |= more;
        r->left -= (uint32_t)__builtin_popcountll(more);
        for (; more; more &= more - 1)
            add_lane(&r->wanted[k * 64 + (uint32_t)__builtin_ctzll(more)], lane);
    }
    if (part)
        add_lane(&r->reduced, lane);
}

/* Takes more in the lanes of `set`, all in those of `whole`. */
static void take_in(reduction *r, const independence *d, lane_set set, lane_set whole)
{
    for (uint32_t i = 0; i < d->n_outcomes; i++)
        r->wanted[i] = set_below(0);
    for (int g = 0; g < GROUPS; g++)
        for (uint64_t bits = set.group[g]; bits; bits &= bits - 1) {
            const uint32_t lane = (uint32_t)g * 64 + (uint32_t)__builtin_ctzll(bits);
            take(r, d, lane, lane_in(&whole, lane));
        }
}

void stubborn_choose(worker *w, const layer_work *work)
{
    reduction *r = &w->reduction;
    const independence *d = work->program->independence;
    r->reduced = r->moved = r->failed = set_below(0);
    find_enabled(w, work);
    memset(r->taken, 0, (size_t)d->row * LANES * sizeof *r->taken);
    const uint32_t enabled = count_of(r->rows, d->row * LANES);
    r->offered += enabled;
    r->left += enabled;
    take_in(r, d, w->batch.live, set_below(0));
}

/* Is the successor neither in this layer nor in an earlier one? */
static int is_deeper(worker *w, const layer_work *work, const prepared_outcome *o, uint32_t lane)
{
    const prepared *p = work->program;
    uint64_t successor[TC_MAX_WORDS];
    for (uint32_t word = 0; word < p->words; word++)
        successor[word] = w->columns[(size_t)word * LANES + lane];
    for (uint32_t k = 0; k < o->n_changes; k++)
        successor[p->changes[o->first_change + k].word] = w->changed[(size_t)k * LANES + lane];
    const int64_t number = store_find(work->store, successor);
    return number < 0 || (uint64_t)number >= work->layer_end;
}

void stubborn_taken(worker *w, const layer_work *work, const prepared_outcome *o, lane_set set)
{
    reduction *r = &w->reduction;
    if (!has(work->program->independence->invisible, o->number))
        return;
    lane_set open = set_without(set_and(set, r->reduced), r->moved);
    for (int g = 0; g < GROUPS; g++)
        for (uint64_t bits = open.group[g]; bits; bits &= bits - 1) {
            const uint32_t lane = (uint32_t)g * 64 + (uint32_t)__builtin_ctzll(bits);
            if (is_deeper(w, work, o, lane))
                add_lane(&r->moved, lane);
        }
}

int stubborn_rest(worker *w, const layer_work *work)
{
    reduction *r = &w->reduction;
    const lane_set rest = set_or(set_without(r->reduced, r->moved), set_and(r->reduced, r->failed));
    r->states += set_size(set_without(r->reduced, rest));
    r->reduced = set_below(0);
    if (set_empty(rest))
        return 0;
    take_in(r, work->program->independence, rest, r->failed);
    return 1;
}
