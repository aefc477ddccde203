/* A program that is attacked, with initial states: every array in memory of exactly its size, so that a sanitizer sees any step beyond it. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "teamcheck.h"

/* Arrays of tc_program; those of tc_independence have lengths of their own. */
enum { FIELDS, CONSTS, CODE, OUTCOMES, UPDATES, WATCHES, STATE_WATCHES, FINAL_WATCHES, TESTS, NEEDS, PROGRAM_ARRAYS };
enum { CONDITIONS, FIRST_NEED, CONDITION_NEEDS, CONFLICTS, ENABLERS, INVISIBLE, INDEPENDENCE_ARRAYS };

typedef struct {
    tc_program program;
    tc_independence independence;
    uint64_t *initial, n_initial;
} subject;

/* How many entries, of how many bytes each, an array has. */
uint32_t *count_in(tc_program *program, int array);
void **array_in(tc_program *program, int array);
size_t size_in(int array);
uint64_t independence_count(const subject *s, int array);
void **independence_array(tc_independence *d, int array);
size_t independence_size(int array);

/* The next one of a file; 0 at its end. The process ends when the file is not whole. */
int subject_read(FILE *file, subject *to);
/* As subject_read reads it; of a program without independence. */
void subject_write(FILE *file, subject *from);
/* A copy for subject_free. */
void subject_copy(const subject *from, subject *to);
void subject_free(subject *s);

void *exactly(const void *items, size_t bytes);
_Noreturn void give_up(const char *why);

#endif
