/* Where runs in a graph of states may go round for ever although every fair step gets its due.
 *
 * A fair component is a maximal set of states that one fair cycle can visit over and over (checker/graph/fair_cycles.py has the same, and the
 * reasons): strongly connected by its edges; one of these is no fault; each of the graph's sets has one of them; each weakly fair label that
 * all of its states enable is the label of one of its edges, and so is each strongly fair label that any of its states enables. States that
 * enable a strongly fair label which the component never takes are on no fair cycle; without them its rest is looked through again (Emerson and
 * Lei 1987).
 *
 * Components are found by Tarjan's algorithm (1972), without recursion.
 *
 * Invariants
 * LABELS  Edges count between states with the same part only. A part is 0 (in none), or the states of one search: those inside (1), what is
 *         left of a component, or a component that was found fair. It never changes but when a component is closed.
 * STACK   Between roots nothing is on the stack; a state with an order and the part of the root is on it. */
#include <stdlib.h>

#include "packed.h"

typedef struct {
    uint64_t *items;
    uint64_t n, capacity;
} list;

static int list_add(list *l, uint64_t item)
{
    if (l->n == l->capacity) {
        uint64_t capacity = l->capacity * 2 + 1024;
        uint64_t *items = realloc(l->items, capacity * sizeof *items);
        if (!items)
            return -1;
        l->items = items;
        l->capacity = capacity;
    }
    l->items[l->n++] = item;
    return 0;
}

typedef struct {
    const tc_graph *graph;
    const uint8_t *kinds;
    uint32_t *part;
    uint32_t parts;               /* numbers of parts given out */
    uint32_t *order, *low;        /* within the search from a root; order 0: not met */
    int32_t *stack, *path;        /* met and not closed; the way from the root to the state that is looked at */
    int64_t *next;                /* for each place of the path but the last: the next edge */
    uint64_t stacked;
    list again;                   /* states that are left of components */
    list fair;                    /* parts of fair components */
    uint64_t looked;              /* states summed up so far, for `seen` */
    uint64_t *seen;               /* for each label: when it was last met at a state */
    uint32_t *enabled;            /* for each label: how many states of the component enable it */
    uint8_t *taken;
    uint64_t sets;                /* that the edges of the component are in */
    list met;                     /* the labels that the component enables */
} fair_search;

static int open_fair(fair_search *f, const tc_graph *graph, const uint8_t *kinds, uint32_t labels, uint32_t *part)
{
    const uint64_t n = graph->states + 1;
    *f = (fair_search){.graph = graph, .kinds = kinds, .part = part, .parts = 1};
    f->order = calloc(n, sizeof *f->order);
    f->low = malloc(n * sizeof *f->low);
    f->stack = malloc(n * sizeof *f->stack);
    f->path = malloc(n * sizeof *f->path);
    f->next = malloc(n * sizeof *f->next);
    f->seen = calloc((size_t)labels + 1, sizeof *f->seen);
    f->enabled = calloc((size_t)labels + 1, sizeof *f->enabled);
    f->taken = calloc((size_t)labels + 1, 1);
    return f->order && f->low && f->stack && f->path && f->next && f->seen && f->enabled && f->taken ? 0 : -1;
}

static void close_fair(fair_search *f)
{
    free(f->order), free(f->low), free(f->stack), free(f->path), free(f->next);
    free(f->again.items), free(f->fair.items), free(f->seen), free(f->enabled), free(f->taken), free(f->met.items);
}

/* Which labels the states of the part `own` enable, and which its edges take. */
static int sum_up(fair_search *f, const int32_t *states, uint64_t n, uint32_t own)
{
    const tc_graph *g = f->graph;
    for (uint64_t i = 0; i < n; i++) {
        f->looked++;
        const int64_t end = edges_from(g, (uint64_t)states[i] + 1);
        for (int64_t e = edges_from(g, (uint64_t)states[i]); e < end; e++) {
            const uint32_t label = edge_label(g, e);
            if (f->enabled[label] == 0 && list_add(&f->met, label))
                return -1;
            f->enabled[label] += f->seen[label] != f->looked;
            f->seen[label] = f->looked;
            if (f->taken[label] && !g->sets)
                continue;
            const int32_t to = edge_leads_to(g, e);
            if (to >= 0 && f->part[to] == own) {
                f->taken[label] = 1;
                f->sets |= g->sets ? g->sets[e] : 0;
            }
        }
    }
    return 0;
}

typedef enum { UNFAIR, FAIR, STARVED } verdict;

static verdict judge(const fair_search *f, uint64_t n)
{
    int acts = 0, starved = 0;
    for (uint64_t i = 0; i < f->met.n; i++) {
        uint32_t label = (uint32_t)f->met.items[i];
        uint8_t kind = f->kinds[label];
        acts |= f->taken[label] && kind != TC_FAULT;
        if (kind == TC_WEAK && f->enabled[label] == n && !f->taken[label])
            return UNFAIR; /* smaller parts of it take no more and disable no more */
        starved |= kind == TC_STRONG && !f->taken[label];
    }
    return !acts || f->sets != f->graph->every ? UNFAIR : starved ? STARVED : FAIR;
}

/* Does the state enable a strongly fair label that its component, which was summed up, never takes? */
static int starves(const fair_search *f, int32_t state)
{
    const tc_graph *g = f->graph;
    const int64_t end = edges_from(g, (uint64_t)state + 1);
    for (int64_t e = edges_from(g, (uint64_t)state); e < end; e++)
        if (f->kinds[edge_label(g, e)] == TC_STRONG && !f->taken[edge_label(g, e)])
            return 1;
    return 0;
}

/* Most components of most graphs are one state without an edge to itself. */
static int has_loop(const tc_graph *g, int32_t state)
{
    const int64_t end = edges_from(g, (uint64_t)state + 1);
    for (int64_t e = edges_from(g, (uint64_t)state); e < end; e++)
        if (edge_leads_to(g, e) == state)
            return 1;
    return 0;
}

static int close_component(fair_search *f, const int32_t *states, uint64_t n)
{
    if (n == 1 && !has_loop(f->graph, states[0])) {
        f->part[states[0]] = 0;
        return 0;
    }
    if (f->parts > UINT32_MAX - 3) /* numbers for two more, and one that is none (number_components) */
        return -1;
    uint32_t own = ++f->parts;
    for (uint64_t i = 0; i < n; i++)
        f->part[states[i]] = own;
    if (sum_up(f, states, n, own))
        return -1;
    verdict found = judge(f, n);
    uint32_t left = found == STARVED ? ++f->parts : 0;
    int result = found == FAIR ? list_add(&f->fair, own) : 0;
    for (uint64_t i = 0; i < n && found != FAIR && result == 0; i++) {
        int goes_on = left && !starves(f, states[i]);
        f->part[states[i]] = goes_on ? left : 0;
        if (goes_on) {
            f->order[states[i]] = 0;
            result = list_add(&f->again, (uint64_t)states[i]);
        }
    }
    for (uint64_t i = 0; i < f->met.n; i++)
        f->enabled[f->met.items[i]] = f->taken[f->met.items[i]] = 0;
    f->met.n = 0;
    f->sets = 0;
    return result;
}

/* All components that are reached from `root` within its part. */
static int search_from(fair_search *f, int32_t root)
{
    const tc_graph *g = f->graph;
    const uint32_t part = f->part[root];
    uint32_t met = 1;
    uint64_t depth = 1;
    int32_t state = root;
    int64_t e = edges_from(g, (uint64_t)root), end = edges_from(g, (uint64_t)root + 1);
    f->path[0] = f->stack[f->stacked++] = root;
    f->order[root] = f->low[root] = met;
    for (;;) {
        if (e < end) {
            const int32_t to = edge_leads_to(g, e++);
            if (to < 0 || f->part[to] != part)
                continue;
            if (f->order[to] == 0) {
                f->order[to] = f->low[to] = ++met;
                f->next[depth - 1] = e;
                f->path[depth++] = f->stack[f->stacked++] = state = to;
                e = edges_from(g, (uint64_t)to);
                end = edges_from(g, (uint64_t)to + 1);
            } else if (f->order[to] < f->low[state]) {
                f->low[state] = f->order[to];
            }
            continue;
        }
        depth--;
        if (depth > 0 && f->low[state] < f->low[f->path[depth - 1]])
            f->low[f->path[depth - 1]] = f->low[state];
        if (f->low[state] == f->order[state]) {
            const uint64_t stacked = f->stacked;
            while (f->stack[--f->stacked] != state)
                ;
            if (close_component(f, f->stack + f->stacked, stacked - f->stacked))
                return -1;
        }
        if (depth == 0)
            return 0;
        state = f->path[depth - 1];
        e = f->next[depth - 1];
        end = edges_from(g, (uint64_t)state + 1);
    }
}

static int search_all(fair_search *f)
{
    for (uint64_t s = 0; s < f->graph->states; s++)
        if (f->part[s] == 1 && f->order[s] == 0 && search_from(f, (int32_t)s))
            return -1;
    for (uint64_t i = 0; i < f->again.n; i++) {
        int32_t s = (int32_t)f->again.items[i];
        if (f->part[s] != 0 && f->order[s] == 0 && search_from(f, s))
            return -1;
    }
    return 0;
}

/* Parts of fair components become 1, 2, ... in the order of their first states; the others 0. */
static int number_components(const fair_search *f)
{
    uint32_t *numbers = calloc((size_t)f->parts + 1, sizeof *numbers), n = 0;
    if (!numbers)
        return -1;
    for (uint64_t i = 0; i < f->fair.n; i++)
        numbers[f->fair.items[i]] = UINT32_MAX;
    for (uint64_t s = 0; s < f->graph->states; s++) {
        uint32_t *number = &numbers[f->part[s]];
        if (*number == UINT32_MAX)
            *number = ++n;
        f->part[s] = *number;
    }
    free(numbers);
    return 0;
}

int64_t tc_graph_fair(const tc_graph *graph, const uint8_t *inside, const uint8_t *kinds, uint32_t labels, uint32_t *component)
{
    fair_search f;
    for (uint64_t s = 0; s < graph->states; s++)
        component[s] = inside[s] != 0;
    int result = open_fair(&f, graph, kinds, labels, component) || search_all(&f) || number_components(&f);
    int64_t n = (int64_t)f.fair.n;
    close_fair(&f);
    return result ? -1 : n;
}
