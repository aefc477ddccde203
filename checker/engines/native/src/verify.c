/* Refuses programs that break a rule of program.h, before anything runs: after it, the evaluator indexes without a check. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "teamcheck.h"

typedef struct {
    const tc_program *program;
    uint32_t *written; /* for each register: the last section that wrote it (0: none, CANONICAL, PINNED, FINAL, or 4 + outcome) */
    char *message;
    uint32_t capacity;
} verifier;

enum { UNWRITTEN = 0, CANONICAL = 1, PINNED = 2, FINAL = 3, FIRST_OUTCOME = 4 };
enum { MAX_REGISTERS = 65535, MAX_ITEMS = 1 << 28 };

static int refuse(const verifier *v, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (v->capacity > 0)
        vsnprintf(v->message, v->capacity, format, arguments);
    va_end(arguments);
    return -1;
}

static int check_sizes(const verifier *v)
{
    const tc_program *p = v->program;
    if (p->words < 1 || p->words > TC_MAX_WORDS)
        return refuse(v, "words is %u, not 1 to %d", p->words, TC_MAX_WORDS);
    if (p->n_registers > MAX_REGISTERS || p->n_fields > MAX_REGISTERS || p->n_consts > MAX_REGISTERS)
        return refuse(v, "more than %d registers", MAX_REGISTERS);
    if (p->n_watch_ids > MAX_REGISTERS) /* no array of the caller's has so many entries, but each worker will */
        return refuse(v, "more than %d watches", MAX_REGISTERS);
    if (p->n_fields + p->n_consts > p->n_registers)
        return refuse(v, "%u fields and %u constants do not fit into %u registers", p->n_fields, p->n_consts, p->n_registers);
    if (p->n_code > MAX_ITEMS || p->n_outcomes > MAX_ITEMS || p->n_updates > MAX_ITEMS || p->n_watches > MAX_ITEMS ||
        p->n_state_watches > MAX_ITEMS || p->n_final_watches > MAX_ITEMS || p->n_tests > MAX_ITEMS || p->n_needs > MAX_ITEMS)
        return refuse(v, "an array has more than %d entries", MAX_ITEMS);
    if ((p->n_fields && !p->fields) || (p->n_consts && !p->consts) || (p->n_code && !p->code) || (p->n_outcomes && !p->outcomes) ||
        (p->n_updates && !p->updates) || (p->n_watches && !p->watches) || (p->n_state_watches && !p->state_watches) ||
        (p->n_final_watches && !p->final_watches) || (p->n_tests && !p->tests) || (p->n_needs && !p->needs))
        return refuse(v, "an array is missing");
    if (p->timeouts_only_when_stuck > 1)
        return refuse(v, "timeouts_only_when_stuck is %u, not 0 or 1", p->timeouts_only_when_stuck);
    return 0;
}

static int check_fields(const verifier *v)
{
    const tc_program *p = v->program;
    uint64_t taken[TC_MAX_WORDS] = {0};
    for (uint32_t i = 0; i < p->n_fields; i++) {
        const tc_field *f = &p->fields[i];
        if (f->word >= p->words)
            return refuse(v, "field %u: word %u of %u", i, f->word, p->words);
        if (f->width < 1 || f->width > 31 || f->shift + f->width > 64)
            return refuse(v, "field %u: %u bits from bit %u", i, f->width, f->shift);
        uint64_t mask = tc_field_mask(f);
        if ((int64_t)f->low + (int64_t)((1ull << f->width) - 1) > INT32_MAX)
            return refuse(v, "field %u: its highest value is above 2^31 - 1", i);
        if (taken[f->word] & mask)
            return refuse(v, "field %u overlaps another one", i);
        taken[f->word] |= mask;
    }
    return 0;
}

/* Is `r` a register that the section may read: a field, a constant, pinned, or written by the section itself? */
static int readable(const verifier *v, uint32_t r, uint32_t section)
{
    if (r >= v->program->n_registers)
        return 0;
    return r < tc_first_temporary(v->program) || v->written[r] == PINNED || v->written[r] == section;
}

static int check_code(const verifier *v, uint32_t start, uint32_t length, uint32_t section)
{
    const tc_program *p = v->program;
    if (start > p->n_code || length > p->n_code - start)
        return refuse(v, "code %u..%u of %u", start, start + length, p->n_code);
    for (uint32_t at = start; at < start + length; at++) {
        const tc_instruction *i = &p->code[at];
        if (i->op >= TC_OPERATIONS)
            return refuse(v, "instruction %u: operation %u is not known", at, i->op);
        const uint16_t operands[3] = {i->a, i->b, i->c};
        for (int k = 0; k < tc_arity(i->op); k++)
            if (!readable(v, operands[k], section))
                return refuse(v, "instruction %u reads register %u, which has no value there", at, operands[k]);
        if (i->d < tc_first_temporary(p) || i->d >= p->n_registers)
            return refuse(v, "instruction %u writes register %u, which is not a temporary", at, i->d);
        if (v->written[i->d] == PINNED && section != PINNED)
            return refuse(v, "instruction %u writes register %u, which the state section keeps for all outcomes", at, i->d);
        v->written[i->d] = section;
    }
    return 0;
}

static int check_watches(const verifier *v, const tc_watch *watches, uint32_t n, uint32_t section)
{
    for (uint32_t i = 0; i < n; i++) {
        if (watches[i].watch >= v->program->n_watch_ids)
            return refuse(v, "watch %u of %u", watches[i].watch, v->program->n_watch_ids);
        if (!readable(v, watches[i].reg, section))
            return refuse(v, "watch %u reads register %u, which has no value there", watches[i].watch, watches[i].reg);
    }
    return 0;
}

static int check_tests(const verifier *v)
{
    const tc_program *p = v->program;
    for (uint32_t i = 0; i < p->n_tests; i++) {
        if (!readable(v, p->tests[i].reg, PINNED))
            return refuse(v, "test %u reads register %u, which has no value after the state section", i, p->tests[i].reg);
        if (p->tests[i].zero > 1)
            return refuse(v, "test %u: a flag is not 0 or 1", i);
    }
    for (uint32_t i = 0; i < p->n_needs; i++)
        if (p->needs[i] >= p->n_tests)
            return refuse(v, "need %u: test %u of %u", i, p->needs[i], p->n_tests);
    return 0;
}

/* `who` makes them: "outcome 3". */
static int check_updates(const verifier *v, uint32_t first, uint32_t n, const char *who, uint32_t section)
{
    const tc_program *p = v->program;
    if (first > p->n_updates || n > p->n_updates - first)
        return refuse(v, "%s: updates %u..%u of %u", who, first, first + n, p->n_updates);
    uint64_t changed[TC_MAX_WORDS] = {0};
    for (uint32_t i = 0; i < n; i++) {
        const tc_update *u = &p->updates[first + i];
        if (u->field >= p->n_fields)
            return refuse(v, "%s updates field %u of %u", who, u->field, p->n_fields);
        if (!readable(v, u->reg, section))
            return refuse(v, "%s: an update reads register %u, which has no value there", who, u->reg);
        const tc_field *f = &p->fields[u->field];
        if (changed[f->word] & tc_field_mask(f))
            return refuse(v, "%s updates field %u twice", who, u->field);
        changed[f->word] |= tc_field_mask(f);
    }
    return 0;
}

/* Its code runs last: what it writes is for the label and the progress flag alone. */
static int check_label(const verifier *v, const tc_outcome *o, uint32_t number, uint32_t section)
{
    if (check_code(v, o->code_start + o->code_length, o->label_length, section))
        return -1;
    if (o->label != TC_NONE && !readable(v, o->label, section))
        return refuse(v, "outcome %u: `label` is register %u, which has no value there", number, o->label);
    if (o->progress != TC_NONE && !readable(v, o->progress, section))
        return refuse(v, "outcome %u: `progress` is register %u, which has no value there", number, o->progress);
    return 0;
}

static int check_outcome(const verifier *v, uint32_t number)
{
    const tc_program *p = v->program;
    const tc_outcome *o = &p->outcomes[number];
    uint32_t section = FIRST_OUTCOME + number;
    if (o->guard_length > o->code_length)
        return refuse(v, "outcome %u: its guard is longer than its code", number);
    if (o->is_fault > 1 || o->is_timeout > 1)
        return refuse(v, "outcome %u: a flag is not 0 or 1", number);
    if (o->first_need > p->n_needs || o->n_needs > p->n_needs - o->first_need)
        return refuse(v, "outcome %u: needs %u..%u of %u", number, o->first_need, o->first_need + o->n_needs, p->n_needs);
    if (check_code(v, o->code_start, o->guard_length, section))
        return -1;
    if (o->enabled != TC_NONE && !readable(v, o->enabled, section))
        return refuse(v, "outcome %u: `enabled` is register %u, which has no value after the guard", number, o->enabled);
    if (check_code(v, o->code_start + o->guard_length, o->code_length - o->guard_length, section))
        return -1;
    for (uint32_t at = o->code_start + o->guard_length; at < o->code_start + o->code_length; at++)
        if (p->code[at].d == o->enabled) /* never where it is TC_NONE: no instruction writes that */
            return refuse(v, "outcome %u: instruction %u writes `enabled` after the guard", number, at);
    if (o->failed != TC_NONE && !readable(v, o->failed, section))
        return refuse(v, "outcome %u: `failed` is register %u, which has no value there", number, o->failed);
    if (o->first_watch > p->n_watches || o->n_watches > p->n_watches - o->first_watch)
        return refuse(v, "outcome %u: watches %u..%u of %u", number, o->first_watch, o->first_watch + o->n_watches, p->n_watches);
    if (o->n_watches && check_watches(v, p->watches + o->first_watch, o->n_watches, section))
        return -1;
    char who[32];
    snprintf(who, sizeof who, "outcome %u", number);
    return check_updates(v, o->first_update, o->n_updates, who, section) || check_label(v, o, number, section) ? -1 : 0;
}

/* Outcomes may share code, but not so much that the program is larger than its arrays are allowed to be. */
static int check_totals(const verifier *v)
{
    uint64_t total = v->program->n_canonical_updates;
    for (uint32_t i = 0; i < v->program->n_outcomes; i++) {
        const tc_outcome *o = &v->program->outcomes[i];
        total += (uint64_t)o->code_length + o->label_length + o->n_needs + o->n_updates + o->n_watches;
    }
    return total > MAX_ITEMS ? refuse(v, "the outcomes together have more than %d entries", MAX_ITEMS) : 0;
}

/* A row of bits: none beyond the outcomes. */
static int within(const uint64_t *row, uint32_t n_outcomes)
{
    return n_outcomes % 64 == 0 || row[n_outcomes / 64] >> (n_outcomes % 64) == 0;
}

static int check_needs(const verifier *v, const tc_independence *d)
{
    uint32_t n = v->program->n_outcomes;
    if (d->first_need[0] != 0 || d->first_need[n] != d->n_needs)
        return refuse(v, "the needs of the outcomes are %u..%u of %u", d->first_need[0], d->first_need[n], d->n_needs);
    for (uint32_t i = 0; i < n; i++)
        if (d->first_need[i] > d->first_need[i + 1])
            return refuse(v, "outcome %u: needs %u..%u", i, d->first_need[i], d->first_need[i + 1]);
    for (uint32_t i = 0; i < d->n_needs; i++)
        if (d->needs[i] >= d->n_conditions)
            return refuse(v, "need %u is condition %u of %u", i, d->needs[i], d->n_conditions);
    for (uint32_t i = 0; i < d->n_conditions; i++)
        if (!readable(v, d->conditions[i], PINNED))
            return refuse(v, "condition %u reads register %u, which has no value there", i, d->conditions[i]);
    return 0;
}

static int check_rows(const verifier *v, const tc_independence *d)
{
    uint32_t n = v->program->n_outcomes, row = (n + 63) / 64;
    if (!within(d->invisible, n))
        return refuse(v, "a bit for an outcome beyond %u", n);
    for (uint32_t i = 0; i < d->n_conditions; i++)
        if (!within(d->enablers + (size_t)i * row, n))
            return refuse(v, "condition %u: a bit for an outcome beyond %u", i, n);
    for (uint32_t i = 0; i < n; i++) {
        if (!within(d->conflicts + (size_t)i * row, n))
            return refuse(v, "outcome %u: a bit for an outcome beyond %u", i, n);
        for (uint32_t j = 0; j < i; j++)
            if ((d->conflicts[(size_t)i * row + j / 64] >> (j % 64) & 1) != (d->conflicts[(size_t)j * row + i / 64] >> (i % 64) & 1))
                return refuse(v, "outcome %u accords with outcome %u in one direction only", i, j);
    }
    return 0;
}

static int check_independence(const verifier *v)
{
    const tc_independence *d = v->program->independence;
    if (!d)
        return 0;
    if (v->program->timeouts_only_when_stuck)
        return refuse(v, "no reduction where timeouts wait: they look at all other outcomes");
    if (v->program->n_canonical_updates)
        return refuse(v, "no reduction together with a canonical section");
    if (v->program->n_outcomes > TC_MOST_REDUCED || d->n_conditions > MAX_ITEMS || d->n_needs > MAX_ITEMS)
        return refuse(v, "%u outcomes, %u conditions, %u needs: too many to reduce", v->program->n_outcomes, d->n_conditions, d->n_needs);
    if (!d->first_need || !d->conflicts || !d->invisible || (d->n_needs && !d->needs) || (d->n_conditions && (!d->conditions || !d->enablers)))
        return refuse(v, "an array of `independence` is missing");
    return check_needs(v, d) || check_rows(v, d) ? -1 : 0;
}

/* Before all others: nothing is PINNED yet, and what it marks as written no other section may read. */
static int check_canonical(const verifier *v)
{
    const tc_program *p = v->program;
    return check_code(v, p->canonical_code_start, p->canonical_code_length, CANONICAL) ||
           check_updates(v, p->first_canonical_update, p->n_canonical_updates, "the canonical section", CANONICAL);
}

static int check_all(const verifier *v)
{
    const tc_program *p = v->program;
    if (check_totals(v) || check_fields(v) || check_canonical(v) || check_code(v, p->state_code_start, p->state_code_length, PINNED))
        return -1;
    if (check_tests(v) || check_watches(v, p->state_watches, p->n_state_watches, PINNED))
        return -1;
    if (check_code(v, p->final_code_start, p->final_code_length, FINAL) || check_watches(v, p->final_watches, p->n_final_watches, FINAL))
        return -1;
    if (p->done_reg != TC_NONE && !readable(v, p->done_reg, FINAL))
        return refuse(v, "`done_reg` is register %u, which has no value after the final section", p->done_reg);
    for (uint32_t i = 0; i < p->n_outcomes; i++)
        if (check_outcome(v, i))
            return -1;
    return check_independence(v);
}

int tc_verify(const tc_program *program, char *message, uint32_t capacity)
{
    verifier v = {program, NULL, message, capacity};
    if (check_sizes(&v))
        return -1;
    v.written = calloc(program->n_registers + 1, sizeof *v.written);
    if (!v.written)
        return refuse(&v, "out of memory");
    int result = check_all(&v);
    free(v.written);
    return result;
}
