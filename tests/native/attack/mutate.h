/* Numbers at random from a seed, and programs with some of their numbers changed. */
#ifndef MUTATE_H
#define MUTATE_H

#include "subject.h"

typedef struct {
    uint64_t state;
} chance;

uint64_t any_bits(chance *c);
/* Below n, which is not 0. */
uint64_t below(chance *c, uint64_t n);

/* Changes one to six things; the caller's promises stay: no array has fewer entries than is said. */
void mutate(subject *s, chance *c);
/* New initial states, of as many words as the program says; often the old ones stay, where these have as many. */
void mutate_initial(subject *s, uint32_t words_before, chance *c);
void mutate_options(tc_options *options, chance *c);

#endif
