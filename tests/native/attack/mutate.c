#include "mutate.h"

#include <stdlib.h>
#include <string.h>

uint64_t any_bits(chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t below(chance *c, uint64_t n)
{
    return any_bits(c) % n;
}

/* --- one number --- */

/* What a number counts or names: a plausible one is below it. */
typedef enum { ANY, REGISTER, TEMPORARY, FIELD, OPERATION, CODE_AT, UPDATE_AT, WATCH_AT, NEED_AT, TEST_AT, WATCH_ID, WORD, BIT, FLAG, CONDITION } meaning;

typedef struct {
    int array;
    size_t offset, bytes;
    meaning of;
} attribute;

#define AT(array, struct, member, of) {array, offsetof(struct, member), sizeof(((struct *)0)->member), of}

static const attribute ATTRIBUTES[] = {
    AT(FIELDS, tc_field, word, WORD), AT(FIELDS, tc_field, shift, BIT), AT(FIELDS, tc_field, width, BIT), AT(FIELDS, tc_field, low, ANY),
    {CONSTS, 0, sizeof(int32_t), ANY},
    AT(CODE, tc_instruction, op, OPERATION), AT(CODE, tc_instruction, d, TEMPORARY), AT(CODE, tc_instruction, a, REGISTER),
    AT(CODE, tc_instruction, b, REGISTER), AT(CODE, tc_instruction, c, REGISTER), AT(CODE, tc_instruction, unused, ANY),
    AT(OUTCOMES, tc_outcome, first_need, NEED_AT), AT(OUTCOMES, tc_outcome, n_needs, NEED_AT), AT(OUTCOMES, tc_outcome, code_start, CODE_AT),
    AT(OUTCOMES, tc_outcome, code_length, CODE_AT), AT(OUTCOMES, tc_outcome, guard_length, CODE_AT),
    AT(OUTCOMES, tc_outcome, label_length, CODE_AT), AT(OUTCOMES, tc_outcome, first_update, UPDATE_AT),
    AT(OUTCOMES, tc_outcome, n_updates, UPDATE_AT), AT(OUTCOMES, tc_outcome, first_watch, WATCH_AT),
    AT(OUTCOMES, tc_outcome, n_watches, WATCH_AT), AT(OUTCOMES, tc_outcome, label_base, ANY), AT(OUTCOMES, tc_outcome, enabled, REGISTER),
    AT(OUTCOMES, tc_outcome, failed, REGISTER), AT(OUTCOMES, tc_outcome, label, REGISTER), AT(OUTCOMES, tc_outcome, progress, REGISTER),
    AT(OUTCOMES, tc_outcome, is_fault, FLAG), AT(OUTCOMES, tc_outcome, is_timeout, FLAG), AT(OUTCOMES, tc_outcome, unused, ANY),
    AT(UPDATES, tc_update, field, FIELD), AT(UPDATES, tc_update, reg, REGISTER),
    AT(WATCHES, tc_watch, watch, WATCH_ID), AT(WATCHES, tc_watch, reg, REGISTER),
    AT(STATE_WATCHES, tc_watch, watch, WATCH_ID), AT(STATE_WATCHES, tc_watch, reg, REGISTER),
    AT(FINAL_WATCHES, tc_watch, watch, WATCH_ID), AT(FINAL_WATCHES, tc_watch, reg, REGISTER),
    AT(TESTS, tc_test, mask, ANY), AT(TESTS, tc_test, reg, REGISTER), AT(TESTS, tc_test, zero, FLAG),
    {NEEDS, 0, sizeof(uint32_t), TEST_AT},
};

/* Numbers of tc_program that say nothing of how long an array is. */
static const attribute HEADER[] = {
    AT(0, tc_program, words, WORD), AT(0, tc_program, n_registers, REGISTER), AT(0, tc_program, n_watch_ids, WATCH_ID),
    AT(0, tc_program, state_code_start, CODE_AT), AT(0, tc_program, state_code_length, CODE_AT), AT(0, tc_program, final_code_start, CODE_AT),
    AT(0, tc_program, final_code_length, CODE_AT), AT(0, tc_program, canonical_code_start, CODE_AT),
    AT(0, tc_program, canonical_code_length, CODE_AT), AT(0, tc_program, first_canonical_update, UPDATE_AT),
    AT(0, tc_program, n_canonical_updates, UPDATE_AT), AT(0, tc_program, done_reg, REGISTER),
    AT(0, tc_program, timeouts_only_when_stuck, FLAG),
};

static uint64_t limit_of(const subject *s, meaning of)
{
    const tc_program *p = &s->program;
    const uint64_t limits[] = {[ANY] = 0, [REGISTER] = p->n_registers, [TEMPORARY] = p->n_registers, [FIELD] = p->n_fields,
                               [OPERATION] = TC_OPERATIONS, [CODE_AT] = p->n_code, [UPDATE_AT] = p->n_updates, [WATCH_AT] = p->n_watches,
                               [NEED_AT] = p->n_needs, [TEST_AT] = p->n_tests, [WATCH_ID] = p->n_watch_ids, [WORD] = p->words, [BIT] = 32,
                               [FLAG] = 1, [CONDITION] = s->independence.n_conditions};
    return limits[of];
}

/* Near the old number, plausible, or wild. */
static uint64_t another(const subject *s, meaning of, uint64_t number, chance *c)
{
    static const unsigned widths[] = {3, 5, 8, 16, 31, 32, 63};
    static const int64_t steps[] = {-8, -2, -1, 1, 2, 8};
    const uint64_t limit = limit_of(s, of);
    switch (below(c, limit ? 12 : 6)) {
    case 0: return number + (uint64_t)steps[below(c, 6)];
    case 1: return any_bits(c) & ((1ull << widths[below(c, 7)]) - 1);
    case 2: return number ^ 1ull << below(c, 32);
    case 3: return below(c, 2) ? 0 : ~0ull; /* of 16 bits: TC_NONE */
    case 4: return number + (below(c, 2) ? 1 : ~0ull);
    case 5: return limit;
    case 6: return limit + 1;
    case 7: return of == TEMPORARY || of == REGISTER ? limit - 1 - below(c, limit < 8 ? limit : 8) : below(c, 4);
    default: return below(c, limit);
    }
}

static void change(const subject *s, void *entry, const attribute *a, chance *c)
{
    char *at = (char *)entry + a->offset;
    uint64_t number = 0;
    memcpy(&number, at, a->bytes); /* the lowest bytes */
    number = another(s, a->of, number, c);
    memcpy(at, &number, a->bytes);
}

/* --- parts of a program --- */

static void *entry_of(subject *s, int array, uint64_t i)
{
    return (char *)*array_in(&s->program, array) + i * size_in(array);
}

static void change_entry(subject *s, chance *c)
{
    const attribute *a = &ATTRIBUTES[below(c, sizeof ATTRIBUTES / sizeof *ATTRIBUTES)];
    const uint32_t n = *count_in(&s->program, a->array);
    if (n)
        change(s, entry_of(s, a->array, below(c, n)), a, c);
}

/* One entry takes the place of another, or they change places. */
static void move_entry(subject *s, chance *c)
{
    const int array = (int)below(c, PROGRAM_ARRAYS), swap = (int)below(c, 2);
    const uint32_t n = *count_in(&s->program, array);
    char held[sizeof(tc_outcome)];
    if (n < 2)
        return;
    void *a = entry_of(s, array, below(c, n)), *b = entry_of(s, array, below(c, n));
    memcpy(held, a, size_in(array));
    memmove(a, b, size_in(array));
    if (swap)
        memcpy(b, held, size_in(array));
}

static void shrink(subject *s, chance *c)
{
    uint32_t *count = count_in(&s->program, (int)below(c, PROGRAM_ARRAYS));
    *count -= *count && below(c, 2) ? 1 : (uint32_t)below(c, (uint64_t)*count + 1);
}

/* An array is gone. */
static void drop(subject *s, chance *c)
{
    const int of_independence = s->program.independence && below(c, 2);
    void **array = of_independence ? independence_array(&s->independence, (int)below(c, INDEPENDENCE_ARRAYS))
                                   : array_in(&s->program, (int)below(c, PROGRAM_ARRAYS));
    free(*array);
    *array = NULL;
}

static void change_independence(subject *s, chance *c)
{
    tc_independence *d = &s->independence;
    const int array = (int)below(c, INDEPENDENCE_ARRAYS + 2);
    const uint64_t n = s->program.n_outcomes, row = (n + 63) / 64;
    if (array >= INDEPENDENCE_ARRAYS) { /* a count, or two outcomes in both directions */
        uint32_t *count = array > INDEPENDENCE_ARRAYS ? &d->n_conditions : &d->n_needs;
        if (below(c, 4) == 0)
            *count -= (uint32_t)below(c, (uint64_t)*count + 1);
        else if (n && d->conflicts) {
            const uint64_t i = below(c, n), j = below(c, n);
            uint64_t *rows = *independence_array(d, CONFLICTS);
            rows[i * row + j / 64] ^= 1ull << j % 64;
            if (i != j)
                rows[j * row + i / 64] ^= 1ull << i % 64;
        }
        return;
    }
    static const meaning meanings[INDEPENDENCE_ARRAYS] = {REGISTER, ANY, CONDITION, ANY, ANY, ANY};
    const uint64_t entries = independence_count(s, array);
    char *items = *independence_array(d, array);
    if (entries == 0 || !items)
        return;
    char *item = items + below(c, entries) * independence_size(array);
    const attribute whole = {0, 0, independence_size(array), meanings[array]};
    if (independence_size(array) == sizeof(uint64_t))
        *(uint64_t *)(void *)item ^= 1ull << below(c, below(c, 2) && n < 64 && n ? n : 64);
    else
        change(s, item, &whole, c);
}

void mutate(subject *s, chance *c)
{
    static const int times[] = {1, 1, 1, 2, 3, 6};
    for (int left = times[below(c, 6)]; left > 0; left--) {
        const uint64_t what = below(c, 100);
        if (s->program.independence && below(c, 2))
            change_independence(s, c);
        else if (what < 60)
            change_entry(s, c);
        else if (what < 75)
            change(s, &s->program, &HEADER[below(c, sizeof HEADER / sizeof *HEADER)], c);
        else if (what < 90)
            move_entry(s, c);
        else if (what < 99)
            shrink(s, c);
        else {
            drop(s, c);
            return; /* what is gone cannot be changed */
        }
    }
}

/* --- what a search starts with --- */

void mutate_initial(subject *s, uint32_t words_before, chance *c)
{
    const tc_program *p = &s->program;
    if (p->words == words_before && below(c, 2))
        return;
    const uint64_t words = p->words <= TC_MAX_WORDS ? p->words : 0, n = words ? below(c, 5) : 0;
    uint64_t used[TC_MAX_WORDS] = {0};
    for (uint32_t i = 0; p->fields && i < p->n_fields; i++) {
        const tc_field *f = &p->fields[i];
        if (f->word < words && f->width < 32 && f->shift + f->width <= 64)
            used[f->word] |= ((1ull << f->width) - 1) << f->shift;
    }
    free(s->initial);
    s->n_initial = n;
    s->initial = exactly(NULL, n * words * sizeof *s->initial);
    for (uint64_t i = 0; i < n * words; i++)
        s->initial[i] = below(c, 3) ? 0 : below(c, 50) ? any_bits(c) & used[i % words] : any_bits(c) >> below(c, 64);
}

void mutate_options(tc_options *options, chance *c)
{
    static const uint64_t limits[] = {1, 10, 63, 64, 65, 200, 1000, 5000};
    *options = (tc_options){.states_limit = limits[below(c, 8)], .memory_limit_bytes = 64 << 20, .threads = 1};
    switch (below(c, 12)) {
    case 0: options->memory_limit_bytes = any_bits(c) >> below(c, 64); break; /* 0 is most of the machine's */
    case 1: options->memory_limit_bytes = below(c, 4 << 20); break;
    case 2: options->expected_states = any_bits(c) >> below(c, 64); break;
    case 3: options->store = (uint32_t)below(c, 4); break;
    case 4: options->depth_first = (uint32_t)below(c, 3); break;
    case 5: options->store = TC_BITS; break;
    case 6: options->store = TC_FINGERPRINTS; break;
    case 7: options->depth_first = 1; break;
    default: break;
    }
}
