#include "subject.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    size_t array, count, size;
} ARRAYS[PROGRAM_ARRAYS] = {
    [FIELDS] = {offsetof(tc_program, fields), offsetof(tc_program, n_fields), sizeof(tc_field)},
    [CONSTS] = {offsetof(tc_program, consts), offsetof(tc_program, n_consts), sizeof(int32_t)},
    [CODE] = {offsetof(tc_program, code), offsetof(tc_program, n_code), sizeof(tc_instruction)},
    [OUTCOMES] = {offsetof(tc_program, outcomes), offsetof(tc_program, n_outcomes), sizeof(tc_outcome)},
    [UPDATES] = {offsetof(tc_program, updates), offsetof(tc_program, n_updates), sizeof(tc_update)},
    [WATCHES] = {offsetof(tc_program, watches), offsetof(tc_program, n_watches), sizeof(tc_watch)},
    [STATE_WATCHES] = {offsetof(tc_program, state_watches), offsetof(tc_program, n_state_watches), sizeof(tc_watch)},
    [FINAL_WATCHES] = {offsetof(tc_program, final_watches), offsetof(tc_program, n_final_watches), sizeof(tc_watch)},
    [TESTS] = {offsetof(tc_program, tests), offsetof(tc_program, n_tests), sizeof(tc_test)},
    [NEEDS] = {offsetof(tc_program, needs), offsetof(tc_program, n_needs), sizeof(uint32_t)},
};

static const size_t INDEPENDENCE[INDEPENDENCE_ARRAYS][2] = {
    [CONDITIONS] = {offsetof(tc_independence, conditions), sizeof(uint16_t)}, [FIRST_NEED] = {offsetof(tc_independence, first_need), sizeof(uint32_t)},
    [CONDITION_NEEDS] = {offsetof(tc_independence, needs), sizeof(uint32_t)}, [CONFLICTS] = {offsetof(tc_independence, conflicts), sizeof(uint64_t)},
    [ENABLERS] = {offsetof(tc_independence, enablers), sizeof(uint64_t)},     [INVISIBLE] = {offsetof(tc_independence, invisible), sizeof(uint64_t)},
};

_Noreturn void give_up(const char *why)
{
    fprintf(stderr, "attack: %s\n", why);
    exit(2);
}

void *exactly(const void *items, size_t bytes)
{
    if (bytes == 0)
        return NULL;
    void *copy = malloc(bytes);
    if (!copy)
        give_up("out of memory");
    if (items)
        memcpy(copy, items, bytes);
    return copy;
}

uint32_t *count_in(tc_program *program, int array)
{
    return (uint32_t *)(void *)((char *)program + ARRAYS[array].count);
}

void **array_in(tc_program *program, int array)
{
    return (void **)(void *)((char *)program + ARRAYS[array].array);
}

size_t size_in(int array)
{
    return ARRAYS[array].size;
}

uint64_t independence_count(const subject *s, int array)
{
    const uint64_t n = s->program.n_outcomes, row = (n + 63) / 64, conditions = s->independence.n_conditions;
    const uint64_t counts[INDEPENDENCE_ARRAYS] = {conditions, n + 1, s->independence.n_needs, n * row, conditions * row, row};
    return counts[array];
}

void **independence_array(tc_independence *d, int array)
{
    return (void **)(void *)((char *)d + INDEPENDENCE[array][0]);
}

size_t independence_size(int array)
{
    return INDEPENDENCE[array][1];
}

static void *read_items(FILE *file, size_t bytes)
{
    void *items = exactly(NULL, bytes);
    if (bytes && fread(items, bytes, 1, file) != 1)
        give_up("the file ends too early");
    return items;
}

int subject_read(FILE *file, subject *to)
{
    memset(to, 0, sizeof *to);
    if (fread(&to->program, sizeof to->program, 1, file) != 1)
        return 0;
    for (int a = 0; a < PROGRAM_ARRAYS; a++)
        *array_in(&to->program, a) = read_items(file, *count_in(&to->program, a) * size_in(a));
    if (to->program.independence) {
        to->program.independence = &to->independence;
        if (fread(&to->independence, sizeof to->independence, 1, file) != 1)
            give_up("the file ends too early");
        for (int a = 0; a < INDEPENDENCE_ARRAYS; a++)
            *independence_array(&to->independence, a) = read_items(file, independence_count(to, a) * independence_size(a));
    }
    if (fread(&to->n_initial, sizeof to->n_initial, 1, file) != 1)
        give_up("the file ends too early");
    to->initial = read_items(file, to->n_initial * to->program.words * sizeof *to->initial);
    return 1;
}

static void write_items(FILE *file, const void *items, size_t bytes)
{
    if (bytes && fwrite(items, bytes, 1, file) != 1)
        give_up("the file cannot be written");
}

void subject_write(FILE *file, subject *from)
{
    write_items(file, &from->program, sizeof from->program);
    for (int a = 0; a < PROGRAM_ARRAYS; a++)
        write_items(file, *array_in(&from->program, a), *count_in(&from->program, a) * size_in(a));
    write_items(file, &from->n_initial, sizeof from->n_initial);
    write_items(file, from->initial, from->n_initial * from->program.words * sizeof *from->initial);
}

void subject_copy(const subject *from, subject *to)
{
    *to = *from;
    for (int a = 0; a < PROGRAM_ARRAYS; a++)
        *array_in(&to->program, a) = exactly(*array_in(&to->program, a), *count_in(&to->program, a) * size_in(a));
    for (int a = 0; a < INDEPENDENCE_ARRAYS && to->program.independence; a++)
        *independence_array(&to->independence, a) = exactly(*independence_array(&to->independence, a), independence_count(to, a) * independence_size(a));
    if (to->program.independence)
        to->program.independence = &to->independence;
    to->initial = exactly(from->initial, from->n_initial * from->program.words * sizeof *from->initial);
}

void subject_free(subject *s)
{
    for (int a = 0; a < PROGRAM_ARRAYS; a++)
        free(*array_in(&s->program, a));
    for (int a = 0; a < INDEPENDENCE_ARRAYS && s->program.independence; a++)
        free(*independence_array(&s->independence, a));
    free(s->initial);
}
