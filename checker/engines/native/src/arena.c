#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#include "arena.h"

#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#ifndef LARGE_PAGE
#define LARGE_PAGE (2 << 20) /* a multiple of every page size */
#endif

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* A hint only: the answer does not matter. */
static void prefer_large_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
#else
    (void)memory, (void)bytes;
#endif
}

int arena_reserve(arena *a, size_t bytes)
{
    bytes = round_up(bytes, LARGE_PAGE);
    void *memory = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    *a = (arena){memory, bytes, 0};
    return 0;
}

int arena_commit(arena *a, size_t bytes)
{
    if (bytes <= a->committed)
        return 0;
    if (bytes > a->reserved)
        return -1;
    bytes = round_up(bytes, LARGE_PAGE);
    if (mprotect(a->base + a->committed, bytes - a->committed, PROT_READ | PROT_WRITE))
        return -1;
    /* the first large page stays small pages: most searches are small */
    if (bytes > LARGE_PAGE) {
        size_t from = a->committed < LARGE_PAGE ? LARGE_PAGE : a->committed;
        prefer_large_pages(a->base + from, bytes - from);
    }
    a->committed = bytes;
    return 0;
}

size_t arena_discard(arena *a, size_t from, size_t end)
{
    end = end / LARGE_PAGE * LARGE_PAGE;
    if (end <= from || madvise(a->base + from, end - from, MADV_DONTNEED))
        return from;
    return end;
}

void arena_release(arena *a)
{
    if (a->base)
        munmap(a->base, a->reserved);
    *a = (arena){NULL, 0, 0};
}

void *sparse_allocate(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void *large_allocate(size_t bytes)
{
    void *memory = sparse_allocate(bytes);
    if (memory && bytes >= LARGE_PAGE)
        prefer_large_pages(memory, bytes);
    return memory;
}

void mapped_free(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

uint64_t machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 4ull << 30;
}
