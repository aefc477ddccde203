#include "bits.h"

#include "arena.h"

__extension__ typedef unsigned __int128 wide;

/* The second hash is odd, so that no two places of a state coincide by it being 0. */
static uint64_t place(const bit_array *b, uint64_t hash, uint64_t i)
{
    uint64_t second = (hash ^ (hash >> 29)) * 0x94d049bb133111ebu;
    second = (second ^ (second >> 32)) | 1;
    return (uint64_t)(((wide)(hash + i * second) * b->bits) >> 64);
}

int bits_open(bit_array *b, uint64_t bytes)
{
    uint64_t words = bytes / 8 + 1;
    *b = (bit_array){.words = table_allocate(words * 8), .bits = words * 64};
    return b->words ? 0 : -1;
}

void bits_close(bit_array *b)
{
    table_free(b->words, bits_bytes(b));
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

void bits_mark(bit_array *b, uint64_t hash)
{
    for (uint64_t i = 0; i < BITS_A_STATE; i++) {
        uint64_t at = place(b, hash, i), bit = 1ull << at % 64;
        b->set += !(b->words[at / 64] & bit);
        b->words[at / 64] |= bit;
    }
    b->states++;
    double full = (double)b->set / (double)b->bits, taken = full * full * full;
    b->mistaken += taken < 1 ? taken / (1 - taken) : 0;
}
