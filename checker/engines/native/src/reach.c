/* What is asked of each state or edge of a graph: what it reaches, is reached from, takes at most, enables. */
#include <stdlib.h>

#include "packed.h"

void tc_graph_kinds(const tc_graph *g, const uint8_t *kinds, uint8_t *found)
{
    for (uint64_t s = 0; s < g->states; s++) {
        uint8_t bits = 0;
        const int64_t end = edges_from(g, s + 1);
        for (int64_t e = edges_from(g, s); e < end; e++)
            bits |= kinds[edge_label(g, e)];
        found[s] = bits;
    }
}

uint64_t tc_graph_forward(const tc_graph *g, const uint8_t *inside, uint64_t n, const int32_t *sources, const int32_t *levels,
                          int32_t *distance, int64_t *edge, int32_t *origin, int32_t *order)
{
    uint64_t reached = 0, at = 0;
    for (uint64_t s = 0; s < g->states; s++) {
        distance[s] = origin[s] = -1;
        edge[s] = -1;
    }
    for (uint64_t next = 0; next < reached || at < n; next++) {
        /* sources of the level of the state that is looked at join before any state of the next level is found */
        for (; at < n && (next == reached || levels[at] <= distance[order[next]]); at++)
            if (inside[sources[at]] && distance[sources[at]] < 0) {
                distance[sources[at]] = levels[at];
                order[reached++] = sources[at];
            }
        if (next == reached)
            break;
        const int32_t s = order[next];
        const int64_t end = edges_from(g, (uint64_t)s + 1);
        for (int64_t e = edges_from(g, (uint64_t)s); e < end; e++) {
            const int32_t to = edge_leads_to(g, e);
            if (to < 0 || distance[to] >= 0 || !inside[to])
                continue;
            distance[to] = distance[s] + 1;
            edge[to] = e;
            origin[to] = s;
            order[reached++] = to;
        }
    }
    return reached;
}

int tc_graph_backward(const tc_graph *g, uint8_t *found)
{
    const int64_t edges = edges_from(g, g->states);
    int64_t n = 0;
    int64_t *first = calloc(g->states + 2, sizeof *first);
    int32_t *before = malloc(((size_t)edges + 1) * sizeof *before), *waiting = malloc((g->states + 1) * sizeof *waiting);
    if (!first || !before || !waiting) {
        free(first), free(before), free(waiting);
        return -1;
    }
    for (int64_t e = 0; e < edges; e++) {
        const int32_t to = edge_leads_to(g, e);
        if (to >= 0)
            first[to + 2]++;
    }
    for (uint64_t s = 0; s < g->states; s++)
        first[s + 2] += first[s + 1];
    for (uint64_t s = 0; s < g->states; s++) {
        const int64_t end = edges_from(g, s + 1);
        for (int64_t e = edges_from(g, s); e < end; e++) {
            const int32_t to = edge_leads_to(g, e);
            if (to >= 0)
                before[first[to + 1]++] = (int32_t)s;
        }
        if (found[s])
            waiting[n++] = (int32_t)s;
    }
    while (n > 0) {
        int32_t s = waiting[--n];
        for (int64_t k = first[s]; k < first[s + 1]; k++)
            if (!found[before[k]]) {
                found[before[k]] = 1;
                waiting[n++] = before[k];
            }
    }
    free(first), free(before), free(waiting);
    return 0;
}

int tc_graph_longest(const tc_graph *g, const uint8_t *inside, const uint8_t *ends, const int64_t *counted, const int64_t *gained,
                     int64_t limit, int64_t *most)
{
    int changed = 0;
    for (uint64_t s = g->states; s-- > 0;) {
        if (!inside[s] || most[s] == limit)
            continue;
        int64_t best = ends[s] ? limit : most[s];
        const int64_t end = edges_from(g, s + 1);
        for (int64_t e = edges_from(g, s); e < end && best < limit; e++) {
            const int32_t to = edge_target(g, e);
            if (to < 0 || !inside[to])
                continue;
            const int64_t takes = counted[edge_label(g, e)] + (gained ? gained[to] : 0);
            if (most[to] + takes > best)
                best = most[to] + takes;
        }
        if (best > limit)
            best = limit;
        if (best > most[s]) {
            most[s] = best;
            changed = 1;
        }
    }
    return changed;
}

void tc_graph_hunger(const tc_graph *g, const uint16_t *letter, const uint8_t *roles, const uint16_t *serves, uint32_t by_progress,
                     uint8_t *sets, uint8_t *cut)
{
    for (uint64_t s = 0; s < g->states; s++) {
        const int64_t from = edges_from(g, s), end = edges_from(g, s + 1);
        uint8_t wants = letter[s] & 1;
        for (int64_t e = from; e < end; e++)
            wants |= (roles[edge_label(g, e)] & TC_WANTS) != 0;
        for (int64_t e = from; e < end; e++) {
            const uint32_t label = edge_label(g, e);
            const uint16_t of = serves[label];
            const int32_t to = edge_target(g, e);
            sets[e] = (uint8_t)(wants | ((roles[label] & TC_OTHER) ? 2 : 0));
            cut[e] = (roles[label] & TC_OWN) && (by_progress ? edge_progress(g, e) != 0 : !of || (to >= 0 && (letter[to] & of)));
        }
    }
}
