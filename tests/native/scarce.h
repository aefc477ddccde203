/* Included before each source of a library that is built for tests: the system refuses the requests scarce_from .. scarce_end-1 (they are counted
 * from 0 on, in scarce_requests), be they for memory, for addresses, or for a thread. */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SHARED __attribute__((weak, visibility("default"))) /* one for all sources, and seen by the test */
SHARED long scarce_requests, scarce_from, scarce_end;

static inline int scarce_refused(void)
{
    const long request = __atomic_fetch_add(&scarce_requests, 1, __ATOMIC_RELAXED);
    return request >= scarce_from && request < scarce_end;
}

#define malloc(bytes) (scarce_refused() ? NULL : malloc(bytes))
#define calloc(n, bytes) (scarce_refused() ? NULL : calloc(n, bytes))
#define realloc(memory, bytes) (scarce_refused() ? NULL : realloc(memory, bytes))
#define aligned_alloc(unit, bytes) (scarce_refused() ? NULL : aligned_alloc(unit, bytes))
#define mmap(at, bytes, protection, flags, file, offset) \
    (scarce_refused() ? MAP_FAILED : mmap(at, bytes, protection, flags, file, offset))
#define mprotect(memory, bytes, protection) (scarce_refused() ? -1 : mprotect(memory, bytes, protection))
#define pthread_create(thread, attributes, work, argument) \
    (scarce_refused() ? EAGAIN : pthread_create(thread, attributes, work, argument))
