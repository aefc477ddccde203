/* A graph of states in step with an automaton that reads them (checker/graph/product.py says what that is for).
 *
 * A node is a pair of a state and a state of the automaton, its reader. The moves of a reader depend on the letter of the state alone; each
 * move is taken with every edge of the state. Nodes are numbered breadth first; the edges of a node are those of its first move, then those of
 * the next, each in the order of the state's edges.
 *
 * Invariants
 * NUMBER  number[state * readers + reader] is 0, or 1 more than the number of that node; `state` and `reader` of the nodes are its inverse. */
#include "packed.h"

void tc_letters_add(uint64_t n, const uint8_t *values, uint32_t bit, uint16_t *letters)
{
    for (uint64_t s = 0; s < n; s++)
        if (values[s] == 1)
            letters[s] |= (uint16_t)(1u << bit);
        else if (values[s] == 2)
            letters[s] |= 0x8000u;
}

void tc_letters_used(uint64_t n, const uint16_t *letters, uint8_t *used)
{
    for (uint64_t s = 0; s < n; s++)
        used[letters[s]] = 1;
}

static inline uint32_t place(const tc_reader *r, int32_t state, uint32_t reader)
{
    return reader * r->letters + r->place[r->letter[state]];
}

static int64_t number_node(const tc_reader *r, tc_nodes *nodes, int32_t state, uint32_t reader)
{
    uint32_t *number = &nodes->number[(uint64_t)state * r->readers + reader];
    if (*number == 0) {
        if (nodes->n >= nodes->most)
            return -1;
        nodes->state[nodes->n] = state;
        nodes->reader[nodes->n] = (uint16_t)reader;
        *number = (uint32_t)++nodes->n;
    }
    return 0;
}

int64_t tc_product_nodes(const tc_graph *g, const tc_reader *r, uint64_t n, tc_nodes *nodes)
{
    int64_t edges = 0;
    for (uint64_t s = 0; s < n; s++)
        if (number_node(r, nodes, (int32_t)s, 0))
            return -1;
    for (uint64_t node = 0; node < nodes->n; node++) {
        const int32_t s = nodes->state[node];
        const uint32_t at = place(r, s, nodes->reader[node]);
        const int64_t from = edges_from(g, (uint64_t)s), end = edges_from(g, (uint64_t)s + 1);
        const uint64_t degree = (uint64_t)(end - from) * (r->first[at + 1] - r->first[at]);
        if (degree > UINT32_MAX)
            return -1;
        nodes->degree[node] = (uint32_t)degree;
        edges += (int64_t)degree;
        for (uint32_t m = r->first[at]; m < r->first[at + 1]; m++)
            for (int64_t e = from; e < end; e++) {
                const int32_t to = edge_target(g, e);
                if (to >= 0 && number_node(r, nodes, to, r->to[m]))
                    return -1;
            }
    }
    return edges;
}

void tc_product_edges(const tc_graph *g, const tc_reader *r, const tc_nodes *nodes, uint32_t target_bits, uint64_t *edges, uint8_t *sets)
{
    uint64_t edge = 0;
    packer p = pack_from(edges, 0);
    for (uint64_t node = 0; node < nodes->n; node++) {
        const int32_t s = nodes->state[node];
        const uint32_t at = place(r, s, nodes->reader[node]);
        const int64_t from = edges_from(g, (uint64_t)s), end = edges_from(g, (uint64_t)s + 1);
        for (uint32_t m = r->first[at]; m < r->first[at + 1]; m++)
            for (int64_t e = from; e < end; e++) {
                const int32_t to = edge_target(g, e);
                const uint64_t number = to < 0 ? 0 : nodes->number[(uint64_t)to * r->readers + r->to[m]];
                pack_number(&p, number | (uint64_t)edge_label(g, e) << target_bits, target_bits + g->label_bits);
                sets[edge++] = r->sets[m];
            }
    }
    pack_end(&p);
}

int64_t tc_product_end(const tc_reader *r, const tc_nodes *nodes, const uint8_t *resting, const int32_t *order, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        const int32_t s = nodes->state[order[i]];
        const uint8_t ends = r->ends[place(r, s, nodes->reader[order[i]])];
        if (ends == 2 || (ends == 1 && resting[s]))
            return order[i];
    }
    return -1;
}
