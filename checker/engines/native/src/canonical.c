#include "canonical.h"

#include <stdlib.h>

#include "lanes.h"

/* --- memory --- */

int canonical_open(canonical_room *room, const prepared *program)
{
    if (program->canonical.n_changes == 0)
        return 0;
    room->registers = register_memory(program);
    room->columns = column_memory(program->words * LANES * sizeof(uint64_t));
    room->changed = column_memory(program->canonical.n_changes * LANES * sizeof(uint64_t));
    return room->registers && room->columns && room->changed ? 0 : -1;
}

void canonical_close(canonical_room *room)
{
    free(room->registers);
    free(room->columns);
    free(room->changed);
}

uint64_t canonical_bytes(const prepared *program)
{
    if (program->canonical.n_changes == 0)
        return 0;
    return register_bytes(program) + (uint64_t)(program->words + program->canonical.n_changes) * LANES * sizeof(uint64_t);
}

/* --- a batch --- */

static void load(const canonical_room *room, const uint64_t *rows, uint32_t n, uint32_t words)
{
    for (uint32_t word = 0; word < words; word++)
        for (uint32_t lane = 0; lane < n; lane++)
            room->columns[(size_t)word * LANES + lane] = rows[(size_t)lane * words + word];
}

/* The changed words of the representatives; -1 when a value leaves the range of its field. */
static int evaluate(worker *w, const layer_work *work, uint32_t n)
{
    const prepared *p = work->program;
    const prepared_canonical *c = &p->canonical;
    const canonical_room *room = &w->canonical;
    work->kernel->unpack(c->unpackings, c->n_unpackings, room->columns, room->registers);
    work->kernel->run(c->code, c->code_length, room->registers);
    memset(w->excess, 0, LANES * sizeof *w->excess);
    for (uint32_t k = 0; k < c->n_changes; k++) {
        const word_change *change = &p->changes[c->first_change + k];
        work->kernel->pack(p->packings + change->first, change->n, change->keep, room->columns + (size_t)change->word * LANES, room->registers,
                           room->changed + (size_t)k * LANES, w->excess);
    }
    return set_empty(set_and(set_below(n), work->kernel->nonzero(w->excess))) ? 0 : -1;
}

int canonical_run(worker *w, const layer_work *work)
{
    const prepared *p = work->program;
    const prepared_canonical *c = &p->canonical;
    while (c->n_changes && w->representatives < w->filled) {
        const uint32_t first = w->representatives, left = w->filled - first, n = left < LANES ? left : LANES;
        uint64_t *rows = w->successors + (size_t)first * p->words;
        load(&w->canonical, rows, n, p->words);
        if (evaluate(w, work, n))
            return -1;
        for (uint32_t k = 0; k < c->n_changes; k++)
            for (uint32_t lane = 0; lane < n; lane++)
                rows[(size_t)lane * p->words + p->changes[c->first_change + k].word] = w->canonical.changed[(size_t)k * LANES + lane];
        for (uint32_t lane = 0; lane < n; lane++)
            w->hashes[first + lane] = hash_state(rows + (size_t)lane * p->words, p->words);
        w->representatives += n;
    }
    return 0;
}
