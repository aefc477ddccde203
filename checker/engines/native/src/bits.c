#include "bits.h"

#include "arena.h"

#include <stdlib.h>

enum { BYTES_A_FIRST_STATE = 1 << 17 }; /* of the array: as many states as take a tenth of it in small pages */

/* The second hash is odd, so that no two places of a state coincide by it being 0. */
static uint64_t place(const bit_array *b, uint64_t hash, uint64_t i)
{
    uint64_t second = (hash ^ (hash >> 29)) * 0x94d049bb133111ebu;
    second = (second ^ (second >> 32)) | 1;
    return (uint64_t)(((wide)(hash + i * second) * b->bits) >> 64);
}

static uint64_t first_states(const bit_array *b)
{
    return bits_bytes(b) / BYTES_A_FIRST_STATE;
}

int bits_open(bit_array *b, uint64_t bytes)
{
    uint64_t words = bytes / 8 + 1;
    *b = (bit_array){.words = sparse_allocate(words * 8), .bits = words * 64};
    if (b->words)
        b->hashes = malloc((first_states(b) + 1) * sizeof *b->hashes);
    return b->words ? 0 : -1;
}

void bits_close(bit_array *b)
{
    mapped_free(b->words, bits_bytes(b));
    free(b->hashes);
    *b = (bit_array){0};
}

uint64_t bits_bytes(const bit_array *b)
{
    return b->bits / 8;
}

void bits_prefetch(const bit_array *b, uint64_t hash)
{
    for (uint64_t i = 0; i < BITS_A_STATE; i++)
        __builtin_prefetch(&b->words[place(b, hash, i) / 64], 1);
}

int bits_seen(const bit_array *b, uint64_t hash)
{
    for (uint64_t i = 0; i < BITS_A_STATE; i++) {
        uint64_t at = place(b, hash, i);
        if (!(b->words[at / 64] >> at % 64 & 1))
            return 0;
    }
    return 1;
}

/* How many of the bits were not set before. */
static uint64_t set_bits(bit_array *b, uint64_t hash)
{
    uint64_t set = 0;
    for (uint64_t i = 0; i < BITS_A_STATE; i++) {
        uint64_t at = place(b, hash, i), bit = 1ull << at % 64;
        set += !(b->words[at / 64] & bit);
        b->words[at / 64] |= bit;
    }
    return set;
}

/* FEW: where the system does not give the memory, the array stays as it is. */
static void use_large_pages(bit_array *b)
{
    uint64_t *words = large_allocate(bits_bytes(b));
    if (words) {
        mapped_free(b->words, bits_bytes(b));
        b->words = words;
        for (uint64_t i = 0; i < b->states; i++)
            set_bits(b, b->hashes[i]);
    }
    free(b->hashes);
    b->hashes = NULL;
}

void bits_mark(bit_array *b, uint64_t hash)
{
    if (b->hashes && b->states == first_states(b))
        use_large_pages(b);
    if (b->hashes)
        b->hashes[b->states] = hash;
    b->set += set_bits(b, hash);
    b->states++;
    double full = (double)b->set / (double)b->bits, taken = full * full * full;
    b->mistaken += taken < 1 ? taken / (1 - taken) : 0;
}
