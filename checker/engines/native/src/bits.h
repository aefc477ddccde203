/* Which states were seen, told by bits alone: each state sets BITS_A_STATE bits of one large array, and one whose bits are all set counts as
 * seen (supertrace: Holzmann 1998). It may be another that set them, so states may be missed; nothing is ever taken for new twice.
 *
 * The places come from two hashes, first + i * second (Dillinger and Manolios 2004), both made from the 64-bit hash of the state.
 *
 * Invariants
 * FULLNESS  `set` bits are set. When a state is marked, the next one that is new would have been taken for seen with the probability
 *           (set / bits) ^ BITS_A_STATE; `mistaken` adds up how many that makes for each state that was marked.
 * FEW       The bits lie far apart, so a large page for each of them would take the whole array for a few states. The first ones go into small
 *           pages, and `hashes` has all of them; then the array is made anew in large pages, which are twice as fast. */
#ifndef TEAMCHECK_BITS_H
#define TEAMCHECK_BITS_H

#include <stdint.h>

enum { BITS_A_STATE = 3 };

__extension__ typedef unsigned __int128 wide; /* which there is on machines of 64 bits alone */

typedef struct {
    uint64_t *words; /* NULL: no such array */
    uint64_t bits, set, states;
    uint64_t *hashes; /* of the states so far; NULL: in large pages */
    double mistaken;
} bit_array;

/* An empty array of about so many bytes; 0, or -1 when there is no memory. */
int bits_open(bit_array *b, uint64_t bytes);
void bits_close(bit_array *b);
uint64_t bits_bytes(const bit_array *b);
void bits_prefetch(const bit_array *b, uint64_t hash);
/* Are all bits of the state set? */
int bits_seen(const bit_array *b, uint64_t hash);
/* Sets them, of a state that was not seen. */
void bits_mark(bit_array *b, uint64_t hash);

#endif
