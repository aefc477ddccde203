#include "prepared.h"

#include <stdlib.h>
#include <string.h>

/* A copy of n items; never NULL for want of items. */
static void *copy_of(const void *items, size_t n, size_t size)
{
    void *copy = malloc(n * size + 1);
    if (copy && n)
        memcpy(copy, items, n * size);
    return copy;
}

static void mark(uint8_t *read, uint32_t reg)
{
    if (reg != TC_NONE)
        read[reg] = 1;
}

static void mark_code(const tc_program *program, uint32_t start, uint32_t length, uint8_t *read)
{
    for (uint32_t i = start; i < start + length; i++) {
        const tc_instruction *instruction = &program->code[i];
        const uint16_t operands[3] = {instruction->a, instruction->b, instruction->c};
        for (int k = 0; k < tc_arity(instruction->op); k++)
            mark(read, operands[k]);
    }
}

static void mark_updates(const tc_program *program, uint32_t first, uint32_t n, uint8_t *read)
{
    for (uint32_t i = first; i < first + n; i++)
        mark(read, program->updates[i].reg);
}

static void mark_canonical(const tc_program *program, uint8_t *read)
{
    mark_code(program, program->canonical_code_start, program->canonical_code_length, read);
    mark_updates(program, program->first_canonical_update, program->n_canonical_updates, read);
}

/* Which registers anything else reads: what no instruction, test, condition, update, watch or flag names need not be unpacked. The sections may
 * share code, with the canonical one too. */
static void mark_reads(const tc_program *program, uint8_t *read)
{
    mark_code(program, program->state_code_start, program->state_code_length, read);
    mark_code(program, program->final_code_start, program->final_code_length, read);
    for (uint32_t i = 0; i < program->n_outcomes; i++) {
        const tc_outcome *o = &program->outcomes[i];
        mark_code(program, o->code_start, o->code_length + o->label_length, read);
        mark_updates(program, o->first_update, o->n_updates, read);
    }
    for (uint32_t i = 0; i < program->n_watches; i++)
        mark(read, program->watches[i].reg);
    for (uint32_t i = 0; i < program->n_state_watches; i++)
        mark(read, program->state_watches[i].reg);
    for (uint32_t i = 0; i < program->n_final_watches; i++)
        mark(read, program->final_watches[i].reg);
    for (uint32_t i = 0; i < program->n_tests; i++)
        mark(read, program->tests[i].reg);
    for (uint32_t i = 0; program->independence && i < program->independence->n_conditions; i++)
        mark(read, program->independence->conditions[i]);
    for (uint32_t i = 0; i < program->n_outcomes; i++) {
        mark(read, program->outcomes[i].enabled);
        mark(read, program->outcomes[i].failed);
        mark(read, program->outcomes[i].label);
        mark(read, program->outcomes[i].progress);
    }
    mark(read, program->done_reg);
}

/* The fields whose registers `marks` marks; NULL when there is no memory. */
static unpacking *fields_read(const tc_program *program, void (*marks)(const tc_program *, uint8_t *), uint32_t *n)
{
    uint8_t *read = calloc(TC_NONE + 1, 1); /* one for every register number that 16 bits can hold */
    unpacking *fields = malloc(program->n_fields * sizeof *fields + 1);
    *n = 0;
    if (read && fields) {
        marks(program, read);
        for (uint32_t i = 0; i < program->n_fields; i++) {
            const tc_field *f = &program->fields[i];
            if (read[i])
                fields[(*n)++] = (unpacking){f->word, i, f->shift, (uint32_t)((1ull << f->width) - 1), f->low};
        }
    }
    const int marked = read != NULL;
    free(read);
    if (!marked) {
        free(fields);
        fields = NULL;
    }
    return fields;
}

/* Is the new value a constant that fits? Then `raw` is its bits in the word. */
static int known_update(const tc_program *program, const tc_update *u, uint64_t *raw)
{
    const tc_field *f = &program->fields[u->field];
    if (u->reg < program->n_fields || u->reg >= tc_first_temporary(program))
        return 0;
    int64_t value = (int64_t)program->consts[u->reg - program->n_fields] - f->low;
    if (value < 0 || value >> f->width != 0)
        return 0;
    *raw = (uint64_t)value << f->shift;
    return 1;
}

static int prepare_fields(prepared *to, const tc_program *program)
{
    for (uint32_t i = 0; i < program->n_fields; i++)
        to->used_bits[program->fields[i].word] |= tc_field_mask(&program->fields[i]);
    to->unpackings = fields_read(program, mark_reads, &to->n_unpackings);
    to->canonical.unpackings = fields_read(program, mark_canonical, &to->canonical.n_unpackings);
    return to->unpackings && to->canonical.unpackings ? 0 : -1;
}

/* Groups updates by word; changes and packings go to the ends of the arrays. How many words change. */
static uint32_t prepare_updates(prepared *to, const tc_program *program, const tc_update *updates, uint32_t n, uint32_t *n_changes,
                                uint32_t *n_packings)
{
    const uint32_t first_change = *n_changes;
    for (uint32_t word = 0; word < program->words && n; word++) {
        word_change change = {word, *n_packings, 0, ~0ull, 0};
        for (uint32_t i = 0; i < n; i++) {
            const tc_update *u = &updates[i];
            const tc_field *f = &program->fields[u->field];
            uint64_t raw = 0;
            if (f->word != word)
                continue;
            if (!known_update(program, u, &raw)) {
                to->packings[(*n_packings)++] = (packing){u->reg, f->shift, (uint32_t)((1ull << f->width) - 1), f->low};
                change.n++;
            }
            change.keep &= ~tc_field_mask(f);
            change.set |= raw;
        }
        if (~change.keep)
            to->changes[(*n_changes)++] = change;
    }
    if (*n_changes - first_change > to->most_changes)
        to->most_changes = *n_changes - first_change;
    return *n_changes - first_change;
}

static void prepare_outcomes(prepared *to, const tc_program *program)
{
    uint32_t n = 0, n_changes = 0, n_packings = 0;
    for (uint32_t waits = 0; waits <= 1; waits++)
        for (uint32_t i = 0; i < program->n_outcomes; i++) {
            const tc_outcome *from = &program->outcomes[i];
            if ((program->timeouts_only_when_stuck && from->is_timeout) != waits)
                continue;
            prepared_outcome *outcome = &to->outcomes[n++];
            *outcome = (prepared_outcome){.guard = to->code + from->code_start,
                                          .rest = to->code + from->code_start + from->guard_length,
                                          .guard_length = from->guard_length,
                                          .rest_length = from->code_length - from->guard_length,
                                          .label_code = to->code + from->code_start + from->code_length,
                                          .label_length = from->label_length,
                                          .label_base = from->label_base,
                                          .number = i,
                                          .first_need = from->first_need,
                                          .n_needs = from->n_needs,
                                          .first_change = n_changes,
                                          .first_watch = from->first_watch,
                                          .n_watches = from->n_watches,
                                          .enabled = from->enabled,
                                          .failed = from->failed,
                                          .label = from->label,
                                          .progress = from->progress,
                                          .is_fault = from->is_fault,
                                          .waits = (uint8_t)waits};
            outcome->n_changes =
                prepare_updates(to, program, program->updates + from->first_update, from->n_updates, &n_changes, &n_packings);
        }
    prepared_canonical *canonical = &to->canonical;
    canonical->code = to->code + program->canonical_code_start;
    canonical->code_length = program->canonical_code_length;
    canonical->first_change = n_changes;
    canonical->n_changes = prepare_updates(to, program, program->updates + program->first_canonical_update, program->n_canonical_updates,
                                           &n_changes, &n_packings);
}

int prepare(prepared *to, const tc_program *program)
{
    memset(to, 0, sizeof *to);
    uint64_t n_updates = program->n_canonical_updates;
    for (uint32_t i = 0; i < program->n_outcomes; i++)
        n_updates += program->outcomes[i].n_updates;
    to->words = program->words;
    to->n_registers = program->n_registers;
    to->n_consts = program->n_consts;
    to->first_const = program->n_fields;
    to->n_outcomes = program->n_outcomes;
    to->n_state_watches = program->n_state_watches;
    to->n_final_watches = program->n_final_watches;
    to->n_watch_ids = program->n_watch_ids;
    to->done_reg = program->done_reg;
    to->n_tests = program->n_tests;
    to->tests = copy_of(program->tests, program->n_tests, sizeof *to->tests);
    to->needs = copy_of(program->needs, program->n_needs, sizeof *to->needs);
    to->consts = copy_of(program->consts, program->n_consts, sizeof *to->consts);
    to->code = copy_of(program->code, program->n_code, sizeof *to->code);
    to->watches = copy_of(program->watches, program->n_watches, sizeof *to->watches);
    to->state_watches = copy_of(program->state_watches, program->n_state_watches, sizeof *to->state_watches);
    to->final_watches = copy_of(program->final_watches, program->n_final_watches, sizeof *to->final_watches);
    to->outcomes = malloc(program->n_outcomes * sizeof *to->outcomes + 1);
    to->changes = malloc(n_updates * sizeof *to->changes + 1);
    to->packings = malloc(n_updates * sizeof *to->packings + 1);
    if (!to->tests || !to->needs || !to->consts || !to->code || !to->watches || !to->state_watches || !to->final_watches || !to->outcomes || !to->changes ||
        !to->packings || prepare_fields(to, program) || (program->independence && !(to->independence = independence_of(program)))) {
        prepared_free(to);
        return -1;
    }
    to->state_code = to->code + program->state_code_start;
    to->state_code_length = program->state_code_length;
    to->final_code = to->code + program->final_code_start;
    to->final_code_length = program->final_code_length;
    prepare_outcomes(to, program);
    return 0;
}

void prepared_free(prepared *p)
{
    free(p->tests);
    free(p->needs);
    free(p->consts);
    free(p->code);
    free(p->watches);
    free(p->state_watches);
    free(p->final_watches);
    free(p->outcomes);
    free(p->changes);
    free(p->packings);
    free(p->unpackings);
    free(p->canonical.unpackings);
    independence_free(p->independence);
    memset(p, 0, sizeof *p);
}
