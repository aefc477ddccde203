/* Runs a function in several threads and waits for all of them: the only place where threads start. */
#ifndef TEAMCHECK_PARALLEL_H
#define TEAMCHECK_PARALLEL_H

#include <stdint.h>

#define MOST_THREADS 256

/* work(shared, i) for i in 0 .. n-1, the first one in the calling thread. When the system gives fewer threads, the others' parts run in the
 * calling thread afterwards. */
void run_parallel(uint32_t n, void (*work)(void *shared, uint32_t worker), void *shared);

uint32_t processors(void);
double wall_seconds(void);
double process_cpu_seconds(void);

#endif
