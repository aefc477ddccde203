#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE
#include "parallel.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    void (*work)(void *shared, uint32_t worker);
    void *shared;
    uint32_t worker;
} job;

static void *run_job(void *argument)
{
    const job *j = argument;
    j->work(j->shared, j->worker);
    return NULL;
}

void run_parallel(uint32_t n, void (*work)(void *shared, uint32_t worker), void *shared)
{
    if (n <= 1) {
        work(shared, 0);
        return;
    }
    pthread_t threads[MOST_THREADS];
    job jobs[MOST_THREADS];
    uint32_t started = 1;
    for (; started < n; started++) {
        jobs[started] = (job){work, shared, started};
        if (pthread_create(&threads[started], NULL, run_job, &jobs[started]))
            break;
    }
    work(shared, 0);
    for (uint32_t i = started; i < n; i++)
        work(shared, i);
    for (uint32_t i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
}

uint32_t processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (uint32_t)n;
}

static double seconds_of(clockid_t clock)
{
    struct timespec t = {0, 0};
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double wall_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double process_cpu_seconds(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
