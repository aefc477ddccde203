/* The labels of edges, in as few bytes each as the largest of them needs. */
#ifndef TEAMCHECK_LABELS_H
#define TEAMCHECK_LABELS_H

#include "teamcheck.h"

static inline int label_bytes_known(uint32_t bytes)
{
    return bytes == 1 || bytes == 2 || bytes == 4;
}

static inline uint32_t edge_label(const tc_graph *graph, int64_t edge)
{
    switch (graph->label_bytes) {
    case 1: return ((const uint8_t *)graph->label)[edge];
    case 2: return ((const uint16_t *)graph->label)[edge];
    default: return ((const uint32_t *)graph->label)[edge];
    }
}

static inline void label_put(void *labels, uint32_t bytes, uint64_t edge, uint32_t label)
{
    switch (bytes) {
    case 1: ((uint8_t *)labels)[edge] = (uint8_t)label; break;
    case 2: ((uint16_t *)labels)[edge] = (uint16_t)label; break;
    default: ((uint32_t *)labels)[edge] = label;
    }
}

#endif
