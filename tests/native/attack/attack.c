/* attack FILE FIRST COUNT SMALL: corrupts the programs of FILE, once for each seed from FIRST on. Whatever the verifier accepts runs with each tier, which
 * have to agree on all of it, and, where the search is complete, in other ways, which have to agree on what does not depend on the order. A sanitizer
 * that the whole was compiled with says the rest. Small programs that ran to the end are written to the file SMALL. The last line of the output: how many were refused, accepted, complete, broken. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "result.h"

static uint64_t seed_now;

static void say_seed(void)
{
    fprintf(stderr, "attack: seed %" PRIu64 "\n", seed_now);
}

/* There with a sanitizer. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static _Noreturn void differs(const char *what, const result *a, const result *b)
{
    fprintf(stderr, "attack: seed %" PRIu64 ": %s: status %d and %d (%s, %s)\n", seed_now, what, a->status, b->status, a->reason, b->reason);
    for (int i = 0; i < 8; i++)
        fprintf(stderr, "  %" PRIu64 " %" PRIu64 "\n", a->counts[i], b->counts[i]);
    exit(1);
}

static void compare_exactly(const char *what, const result *a, const result *b)
{
    if (a->status != b->status || strcmp(a->reason, b->reason) != 0 || a->n_exact != b->n_exact ||
        (a->n_exact && memcmp(a->exact, b->exact, a->n_exact * sizeof *a->exact) != 0))
        differs(what, a, b);
}

static void try_tiers(const subject *s, tc_options options, const result *expected)
{
    for (options.tier = TC_TIER_AVX2; options.tier <= TC_TIER_AVX512; options.tier++) {
        result other;
        search_with(s, &options, (manner){.slice = 60}, &other);
        if (!other.unavailable)
            compare_exactly(options.tier == TC_TIER_AVX2 ? "avx2" : "avx512", expected, &other);
        result_free(&other);
    }
}

/* Of a complete search with all states. */
static void try_another_way(const subject *s, tc_options options, const result *expected, chance *c)
{
    manner how = {.slice = 60};
    const uint64_t way = below(c, 4);
    const int deep = way == 1 && !s->program.independence;
    options.states_limit = 0;
    options.tier = TC_TIER_BEST;
    options.depth_first = (uint32_t)deep;
    if (way == 0)
        options.store = TC_FINGERPRINTS;
    else if (!deep)
        how = (manner){.slice = below(c, 2) ? 0 : 60, .states = below(c, 2) ? 1 + below(c, 100) : 0, .move = (int)below(c, 2)};
    if (!options.depth_first)
        options.threads = 1 + (uint32_t)below(c, 4);
    result other;
    search_with(s, &options, how, &other);
    /* what fingerprints forget: the words of the states */
    const int n = options.store == TC_FINGERPRINTS ? 7 : 8;
    if (other.status != TC_MEMORY && (other.status != TC_COMPLETE || memcmp(other.counts, expected->counts, (size_t)n * sizeof *other.counts) != 0)) {
        fprintf(stderr, "store %u, depth first %u, threads %u, slice %g, pause %" PRIu64 ", move %d\n", options.store, options.depth_first,
                options.threads, how.slice, how.states, how.move);
        differs("another way", expected, &other);
    }
    result_free(&other);
}

typedef struct {
    uint64_t refused, accepted, complete, broken;
} tally_of_attacks;

/* Small enough for an evaluator of one state at a time. */
static int is_small(const subject *s, const tc_options *options, const result *found)
{
    return found->status == TC_COMPLETE && options->store == TC_STATES && found->counts[0] > 0 && found->counts[0] <= 300 &&
           s->program.n_registers < 500 && !s->program.independence;
}

static void attack(const subject *from, uint64_t seed, tally_of_attacks *tally, FILE *small)
{
    chance c = {seed};
    subject s;
    seed_now = seed;
    subject_copy(from, &s);
    mutate(&s, &c);
    mutate_initial(&s, from->program.words, &c);
    tc_options options;
    mutate_options(&options, &c);
    options.tier = TC_TIER_PORTABLE;
    char message[64];
    const int refused = tc_verify(&s.program, message, sizeof message) != 0;
    result expected;
    search_with(&s, &options, (manner){.slice = 60}, &expected);
    if (refused && expected.status != -1)
        give_up("what the verifier refuses is run");
    if (expected.status < 0)
        tally->refused++;
    else {
        tally->accepted++;
        tally->complete += expected.status == TC_COMPLETE;
        tally->broken += expected.status == TC_BROKEN;
        try_tiers(&s, options, &expected);
        if (expected.status == TC_COMPLETE && options.store == TC_STATES)
            try_another_way(&s, options, &expected, &c);
        if (is_small(&s, &options, &expected))
            subject_write(small, &s);
    }
    result_free(&expected);
    subject_free(&s);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        give_up("say FILE FIRST COUNT SMALL");
    FILE *file = fopen(argv[1], "rb"), *small = fopen(argv[4], "wb");
    if (!file || !small)
        give_up("the file does not open");
    static subject subjects[1024];
    uint64_t n = 0;
    while (n < 1024 && subject_read(file, &subjects[n]))
        n++;
    fclose(file);
    if (n == 0)
        give_up("the file is empty");
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(say_seed);
    tally_of_attacks tally = {0};
    const uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    for (uint64_t seed = first; seed < first + count; seed++)
        attack(&subjects[seed % n], seed, &tally, small);
    if (fclose(small))
        give_up("the file cannot be written");
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", tally.refused, tally.accepted, tally.complete, tally.broken);
    for (uint64_t i = 0; i < n; i++)
        subject_free(&subjects[i]);
    return 0;
}
