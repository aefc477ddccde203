/* Counts and first witnesses. First means the smallest (state, outcome): the numbers of states grow with their depth. */
#include <stdlib.h>

#include "worker.h"

static void forget(tc_witness *witnesses, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        witnesses[i] = (tc_witness){0, -1, -1};
}

int tally_open(tally *t, const prepared *program)
{
    *t = (tally){.first_deadlock = -1, .broken_state = -1, .broken_outcome = -1};
    t->transitions = column_memory(((size_t)program->n_outcomes + 1) * sizeof *t->transitions);
    t->failures = column_memory(((size_t)program->n_outcomes + 1) * sizeof *t->failures);
    t->watches = column_memory(((size_t)program->n_watch_ids + 1) * sizeof *t->watches);
    if (!t->transitions || !t->failures || !t->watches)
        return -1;
    forget(t->failures, program->n_outcomes);
    forget(t->watches, program->n_watch_ids);
    return 0;
}

uint64_t tally_bytes(const prepared *program)
{
    return program->n_outcomes * (sizeof(uint64_t) + sizeof(tc_witness)) + program->n_watch_ids * sizeof(tc_witness);
}

void tally_close(tally *t)
{
    free(t->transitions);
    free(t->failures);
    free(t->watches);
    *t = (tally){0};
}

void witness_add(tc_witness *to, const tc_witness *from)
{
    to->count += from->count;
    if (from->state < 0)
        return;
    if (to->state < 0 || from->state < to->state || (from->state == to->state && from->outcome < to->outcome)) {
        to->state = from->state;
        to->outcome = from->outcome;
    }
}
