/* How long a line of memory takes from one processor to another and back, in nanoseconds. Two threads that search one table pass lines to each
 * other all the time; where their processors share a cache this takes a quarter of what it takes across the chip, and a host moves the
 * processors of a virtual machine about as it likes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { TRIPS = 1000000, WARM = 10000 };

static _Alignas(64) _Atomic int ball;

static void stay_on(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *answer(void *nothing)
{
    stay_on(1);
    for (int i = 0; i < TRIPS; i++) {
        while (atomic_load(&ball) != 2 * i + 1)
            ;
        atomic_store(&ball, 2 * i + 2);
    }
    return nothing;
}

int main(void)
{
    struct timespec from = {0, 0}, to;
    pthread_t other;
    stay_on(0);
    if (pthread_create(&other, NULL, answer, NULL))
        return 1;
    for (int i = 0; i < TRIPS; i++) {
        if (i == WARM)
            clock_gettime(CLOCK_MONOTONIC, &from);
        atomic_store(&ball, 2 * i + 1);
        while (atomic_load(&ball) != 2 * i + 2)
            ;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    pthread_join(other, NULL);
    printf("%.1f\n", ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (TRIPS - WARM));
    return 0;
}
