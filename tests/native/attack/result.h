/* All that a search says of a program, as numbers that can be compared. */
#ifndef RESULT_H
#define RESULT_H

#include "subject.h"

typedef struct {
    int status; /* a tc_status; -1: the program was refused */
    char reason[256];
    uint64_t *exact; /* depends on the order in which states were found */
    size_t n_exact, room;
    uint64_t counts[8]; /* of a complete search these do not */
    int unavailable; /* this machine cannot run the tier */
} result;

typedef struct {
    double slice;    /* seconds of a call of tc_search_run */
    uint64_t states; /* to pause at; 0: never */
    int move;        /* 1: at the first pause, a new search goes on from a checkpoint */
} manner;

void search_with(const subject *s, const tc_options *options, manner how, result *to);
void result_free(result *r);

#endif
