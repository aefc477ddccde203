/* Packed graphs as a whole: where the edges of each state begin, whether everything is within its bounds, and parts of them unpacked. */
#include "packed.h"

uint32_t tc_graph_starts(uint64_t states, const uint32_t *degrees, uint64_t *first, uint64_t *more, uint32_t more_bits)
{
    uint64_t edges = 0, begun = 0, most = 0;
    packer p = {.word = NULL};
    if (more)
        p = pack_from(more, 0);
    for (uint64_t s = 0; s <= states; s++) {
        if (s % BLOCK_STATES == 0) {
            begun = edges;
            if (more)
                first[s / BLOCK_STATES] = edges;
        }
        if (edges - begun > most)
            most = edges - begun;
        if (more)
            pack_number(&p, edges - begun, more_bits);
        edges += s < states ? degrees[s] : 0;
    }
    if (more)
        pack_end(&p);
    return most ? 64 - (uint32_t)__builtin_clzll(most) : 0;
}

int tc_graph_sound(const tc_graph *g, uint64_t edges, uint32_t labels)
{
    if (g->states > INT32_MAX || g->more_bits > 57 || (uint64_t)g->target_bits + g->label_bits > g->edge_bits || g->edge_bits > g->target_bits + g->label_bits + 1)
        return 0;
    if (g->target_bits > 32 || g->label_bits > 32 || g->edge_bits > 64 || edges_from(g, 0) != 0 || (uint64_t)edges_from(g, g->states) != edges)
        return 0;
    for (uint64_t s = 0; s < g->states; s++)
        if (edges_from(g, s) > edges_from(g, s + 1))
            return 0;
    for (int64_t e = 0; e < (int64_t)edges; e++)
        if (bits_at(g->edge, (uint64_t)e * g->edge_bits, g->target_bits) > g->states || edge_label(g, e) >= labels)
            return 0;
    return 1;
}

void tc_graph_first_edges(const tc_graph *g, uint64_t from, uint64_t to, int64_t *starts)
{
    for (uint64_t s = from; s < to; s++)
        starts[s - from] = edges_from(g, s);
}

void tc_graph_targets(const tc_graph *g, uint64_t from, uint64_t to, int32_t *targets)
{
    for (uint64_t e = from; e < to; e++)
        targets[e - from] = edge_target(g, (int64_t)e);
}

void tc_graph_labels(const tc_graph *g, uint64_t from, uint64_t to, uint32_t *labels)
{
    for (uint64_t e = from; e < to; e++)
        labels[e - from] = edge_label(g, (int64_t)e);
}

void tc_graph_progress(const tc_graph *g, uint64_t from, uint64_t to, uint8_t *progress)
{
    for (uint64_t e = from; e < to; e++)
        progress[e - from] = (uint8_t)edge_progress(g, (int64_t)e);
}
