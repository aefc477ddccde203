/* The canonical section (program.h) over the buffer of a worker: each state that was collected becomes the one that stands for its orbit. */
#ifndef TEAMCHECK_CANONICAL_H
#define TEAMCHECK_CANONICAL_H

#include "worker.h"

/* 0, or -1 when there is no memory. Without a canonical section nothing is taken. */
int canonical_open(canonical_room *room, const prepared *program);
void canonical_close(canonical_room *room);
uint64_t canonical_bytes(const prepared *program);
/* All states of the buffer stand for their orbits afterwards, and their hashes are right; -1 when the program is broken. No state is put
 * through the section twice: what stands for an orbit may itself be changed by it. */
int canonical_run(worker *w, const layer_work *work);

#endif
