/* A verified program, copied and rearranged for the evaluator. */
#ifndef TEAMCHECK_PREPARED_H
#define TEAMCHECK_PREPARED_H

#include "kernel.h"
#include "program.h"

/* The updates of an outcome that fall into one word. */
typedef struct {
    uint32_t word, first, n; /* of `packings` */
    uint64_t keep;           /* the bits of the word that stay */
} word_change;

typedef struct {
    const tc_instruction *guard, *rest, *label_code;
    uint32_t guard_length, rest_length, label_length, label_base;
    uint32_t number; /* in the caller's order */
    uint32_t first_change, n_changes;
    uint32_t first_watch, n_watches;
    uint16_t enabled, failed, label, progress;
    uint8_t is_fault, waits; /* waits: counts only in states where nothing but faults and timeouts is enabled */
} prepared_outcome;

/* The canonical section; without changes there is none. */
typedef struct {
    const tc_instruction *code;
    uint32_t code_length, first_change, n_changes, n_unpackings;
    unpacking *unpackings; /* of the fields that it reads */
} prepared_canonical;

/* Outcomes that wait come after all others; otherwise they stand in the caller's order. */
typedef struct {
    uint32_t words, n_registers, n_consts, first_const, n_outcomes, n_state_watches, n_final_watches, n_watch_ids, done_reg;
    uint32_t state_code_length, final_code_length, n_unpackings, most_changes;
    const tc_instruction *state_code, *final_code;
    prepared_outcome *outcomes;
    prepared_canonical canonical;
    word_change *changes;
    packing *packings;
    unpacking *unpackings; /* of the fields that some other code reads */
    int32_t *consts;
    tc_instruction *code;
    tc_watch *watches, *state_watches, *final_watches;
    uint64_t used_bits[TC_MAX_WORDS]; /* that belong to a field */
} prepared;

/* 0, or -1 when there is no memory. */
int prepare(prepared *to, const tc_program *program);
void prepared_free(prepared *p);

#endif
