/* The edges of a graph, in few bits each: numbers of one width, one after another in 64-bit words, the first in the lowest bits.
 *
 * Edge e has edge_bits: 1 more than the number of its target (0: it fails), its label, and, where the graph has that, whether it is progress.
 * The edges of state s begin at first[s / BLOCK_STATES], plus the number at s in `more`. After the last number there are two words more, of
 * no meaning, so that any number, one of no bits at the very end too, can be read as two words. */
#ifndef TEAMCHECK_PACKED_H
#define TEAMCHECK_PACKED_H

#include <string.h>

#include "teamcheck.h"

enum { BLOCK_STATES = 64 };

/* The number of `width` bits, 57 at most, from `bit` on. */
static inline uint64_t bits_at(const uint64_t *words, uint64_t bit, uint32_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t from;
    memcpy(&from, (const char *)words + (bit >> 3), sizeof from);
    return from >> (bit & 7) & ((1ull << width) - 1);
#else
    const uint64_t *word = words + (bit >> 6);
    const uint32_t shift = bit & 63;
    return (word[0] >> shift | word[1] << 1 << (63 - shift)) & ((1ull << width) - 1);
#endif
}

/* -1 where the edge fails. */
static inline int32_t edge_target(const tc_graph *g, int64_t edge)
{
    return (int32_t)bits_at(g->edge, (uint64_t)edge * g->edge_bits, g->target_bits) - 1;
}

/* Where the edge leads; -1 where it fails or does not count. */
static inline int32_t edge_leads_to(const tc_graph *g, int64_t e)
{
    return g->cut && g->cut[e] ? -1 : edge_target(g, e);
}

static inline uint32_t edge_label(const tc_graph *g, int64_t edge)
{
    return (uint32_t)bits_at(g->edge, (uint64_t)edge * g->edge_bits + g->target_bits, g->label_bits);
}

static inline uint32_t edge_progress(const tc_graph *g, int64_t edge)
{
    const uint32_t before = g->target_bits + g->label_bits;
    return (uint32_t)bits_at(g->edge, (uint64_t)edge * g->edge_bits + before, g->edge_bits - before);
}

/* The first edge of a state, or of the one after the last. */
static inline int64_t edges_from(const tc_graph *g, uint64_t state)
{
    return (int64_t)(g->first[state / BLOCK_STATES] + bits_at(g->more, state * g->more_bits, g->more_bits));
}

/* Writes numbers one after another. The first and the last word may have bits of numbers that others write. */
typedef struct {
    uint64_t *word, pending;
    uint32_t filled; /* bits of `pending` */
    int shared;      /* the next word is the first one */
} packer;

static inline packer pack_from(uint64_t *words, uint64_t bit)
{
    return (packer){.word = words + (bit >> 6), .filled = bit & 63, .shared = 1};
}

static inline void pack_number(packer *p, uint64_t number, uint32_t width)
{
    p->pending |= number << p->filled;
    p->filled += width;
    if (p->filled < 64)
        return;
    if (p->shared)
        __atomic_fetch_or(p->word, p->pending, __ATOMIC_RELAXED);
    else
        *p->word = p->pending;
    p->word++;
    p->shared = 0;
    p->filled -= 64;
    p->pending = p->filled ? number >> (width - p->filled) : 0;
}

static inline void pack_end(packer *p)
{
    if (p->filled)
        __atomic_fetch_or(p->word, p->pending, __ATOMIC_RELAXED);
}

#endif
