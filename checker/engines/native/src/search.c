/* Breadth-first search, layer by layer, and what it shares with depth-first search (depth_first.c): the functions of teamcheck.h that make and
 * run a search.
 *
 * The calling thread alone decides; workers run only inside run_layer, from the start of a phase to its end, and are joined there. So growth,
 * settling, pausing and reading need no lock.
 *
 * Invariants between phases of a breadth-first search
 * LAYERS     layers[d] is the first state of depth d; the states of the layer being expanded are layers[depth] .. layer_end-1; numbers from
 *            layer_end on are its successors. Every number is in use (store.h: DENSE).
 * SHORTEST   A state's predecessor is one layer before it. */
#include <stdio.h>
#include <stdlib.h>

#include "canonical.h"
#include "depth_first.h"
#include "parallel.h"
#include "search.h"

#ifndef TC_SOURCES
#define TC_SOURCES "unknown"
#endif

enum { SPARE_BYTES = 8 << 20 };

static void *complain(char *message, uint32_t capacity, const char *text)
{
    if (capacity > 0)
        snprintf(message, capacity, "%s", text);
    return NULL;
}

/* --- versions --- */

uint32_t tc_interface(void)
{
    return TC_INTERFACE;
}

const char *tc_sources(void)
{
    return TC_SOURCES;
}

uint32_t tc_sizeof(uint32_t which)
{
    static const uint32_t sizes[] = {sizeof(tc_program), sizeof(tc_field),   sizeof(tc_instruction), sizeof(tc_update), sizeof(tc_watch),   sizeof(tc_test),
                                     sizeof(tc_outcome), sizeof(tc_options), sizeof(tc_stats),       sizeof(tc_witness), sizeof(tc_graph),  sizeof(tc_reader), sizeof(tc_nodes),
                                     sizeof(tc_independence)};
    return which < sizeof sizes / sizeof *sizes ? sizes[which] : 0;
}

/* --- start and end --- */

/* Puts the buffer of a worker into the store, as initial states. */
static store_result insert_buffer(store *s, const worker *w, number_block *block)
{
    for (uint32_t i = 0; i < w->filled;) {
        const uint64_t *state = w->successors + (size_t)i * s->words;
        const uint64_t hash = w->hashes[i];
        if ((s->seen.words ? store_mark(s, block, state, hash, NO_STATE) : store_insert(s, block, state, hash, store_slot(s, hash), NO_STATE)) !=
            INSERT_NO_ROOM) {
            i++;
            continue;
        }
        store_settle(s, block, 1);
        store_result result = store_grow(s, 1);
        if (result != STORE_OK)
            return result;
    }
    return STORE_OK;
}

/* Puts the initial states, or what stands for their orbits, into the store; equal ones once. -1 when the program is broken. */
static int insert_initial(tc_search *search, const uint64_t *initial, uint64_t n)
{
    store *s = &search->store;
    worker *w = &search->workers[0];
    number_block block = {0, 0};
    int result = STORE_OK;
    for (uint64_t first = 0; first < n && result == STORE_OK; first += w->filled) {
        w->filled = (uint32_t)(n - first < BUFFER ? n - first : BUFFER);
        w->representatives = 0;
        memcpy(w->successors, initial + first * s->words, (size_t)w->filled * s->words * sizeof *initial);
        for (uint32_t i = 0; i < w->filled; i++)
            w->hashes[i] = hash_state(w->successors + (size_t)i * s->words, s->words);
        result = canonical_run(w, &search->work) ? -1 : (int)insert_buffer(s, w, &block);
    }
    store_settle(s, &block, 1);
    w->filled = w->representatives = 0;
    return result;
}

static int known_bits_only(const prepared *program, const uint64_t *initial, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        for (uint32_t word = 0; word < program->words; word++)
            if (initial[i * program->words + word] & ~program->used_bits[word])
                return 0;
    return 1;
}

static int open_workers(tc_search *search, const tc_options *options)
{
    uint32_t n = search->depth_first ? 1 : options->threads ? options->threads : processors();
    search->n_workers = n > MOST_THREADS ? MOST_THREADS : n;
    search->workers = column_memory(search->n_workers * sizeof *search->workers);
    if (!search->workers)
        return -1;
    for (uint32_t i = 0; i < search->n_workers; i++)
        if (worker_open(&search->workers[i], &search->program))
            return -1;
    return 0;
}

void share_out(tc_search *search, uint64_t next)
{
    const uint64_t states = search->layer_end - search->layers[search->depth];
    search->layer_workers = states < STATES_WORTH_THREADS ? 1 : search->n_workers;
    const uint64_t batches = states / LANES / (SHARES * search->layer_workers);
    search->work.share = LANES * (batches < 1 ? 1 : batches > MOST_BATCHES ? MOST_BATCHES : batches);
    search->work.layer_end = search->layer_end;
    atomic_store(&search->work.next, next);
}

/* What a search takes besides the store: one of many layers has few states in each. */
static uint64_t other_bytes(const tc_search *search, uint64_t layers)
{
    return worker_bytes(&search->program) * search->n_workers + layers * sizeof *search->layers;
}

/* Room for the starts of more layers; -1 when there is none. The first ones are a few bytes: any search has them. */
static int more_layers(tc_search *search)
{
    const uint64_t capacity = search->layers_capacity + search->layers_capacity / 8 + 64;
    if (search->layers_capacity > 0 && store_take_other(&search->store, other_bytes(search, capacity)))
        return -1;
    uint64_t *layers = realloc(search->layers, capacity * sizeof *layers);
    if (!layers)
        return -1;
    search->layers = layers;
    search->layers_capacity = capacity;
    return 0;
}

/* All that was found beyond the last layer becomes the layer `depth`; -1 when there is no memory: then everything is as it was. */
static int start_layer(tc_search *search, uint64_t depth)
{
    if (depth >= search->layers_capacity && more_layers(search))
        return -1;
    const uint64_t first = search->layer_end;
    search->depth = depth;
    search->layers[depth] = first;
    search->layer_end = atomic_load(&search->store.count);
    store_release(&search->store, first);
    share_out(search, first);
    return 0;
}

static store_result open_store(tc_search *search, const tc_options *options)
{
    const store_options with = {
        .memory_limit = options->memory_limit_bytes ? options->memory_limit_bytes : machine_memory() / 8 * 7,
        .states_limit = options->states_limit ? options->states_limit : UINT64_MAX,
        .expected = options->expected_states,
        .other_bytes = other_bytes(search, 0),
        .kind = (store_kind)options->store,
        .depth_first = search->depth_first,
    };
    return store_open(&search->store, search->program.words, &with);
}

static const char *open_search(tc_search *search, const uint64_t *initial, uint64_t n, const tc_options *options)
{
    search->kernel = choose_kernel(options->tier);
    if (!search->kernel)
        return "this machine cannot run that tier";
    if (!known_bits_only(&search->program, initial, n))
        return "an initial state has bits that belong to no field";
    if (options->store > STORE_BITS || options->depth_first > 1 || (options->store == STORE_FINGERPRINTS && options->depth_first))
        return "these options do not go together";
    search->depth_first = options->depth_first || options->store == STORE_BITS;
    if (search->depth_first && search->program.independence)
        return "no reduction depth first: it goes by layers";
    if (open_workers(search, options) || arena_reserve(&search->spare, SPARE_BYTES) || open_store(search, options) != STORE_OK)
        return "out of memory";
    search->work = (layer_work){.program = &search->program, .kernel = search->kernel, .store = &search->store};
    search->work.reduce = search->program.independence != NULL;
    int result = insert_initial(search, initial, n);
    if (result < 0)
        return "an initial state leaves the range of a field";
    search->has_initial = result == STORE_OK;
    search->status = result == STORE_OK ? TC_RUNNING : result == STORE_LIMIT ? TC_LIMIT : TC_MEMORY;
    if (atomic_load(&search->store.count) > 0)
        for (uint32_t i = 0; i < search->n_workers; i++)
            worker_start(&search->workers[i], &search->program, initial);
    if (search->depth_first) {
        depth_first_start(search);
        return NULL;
    }
    return start_layer(search, 0) ? "out of memory" : NULL;
}

tc_search *tc_search_new(const tc_program *program, const uint64_t *initial, uint64_t n, const tc_options *options, char *message,
                                uint32_t capacity)
{
    if (tc_verify(program, message, capacity))
        return NULL;
    tc_search *search = calloc(1, sizeof *search);
    if (!search || prepare(&search->program, program)) {
        free(search);
        return complain(message, capacity, "out of memory");
    }
    const char *problem = open_search(search, initial, n, options);
    if (!problem)
        return search;
    tc_search_free(search);
    return complain(message, capacity, problem);
}

void tc_search_free(tc_search *search)
{
    if (!search)
        return;
    for (uint32_t i = 0; search->workers && i < search->n_workers; i++)
        worker_close(&search->workers[i]);
    free(search->workers);
    store_close(&search->store);
    arena_release(&search->spare);
    prepared_free(&search->program);
    free(search->layers);
    free(search);
}

/* --- the search --- */

static void run_worker(void *shared, uint32_t index)
{
    tc_search *search = shared;
    if (search->depth_first)
        depth_first_run(search);
    else
        worker_run(&search->workers[index], &search->work);
}

/* A phase: workers run until the layer is used up or one of them says stop. Afterwards the numbers are dense. */
static int run_phase(tc_search *search)
{
    number_block blocks[MOST_THREADS];
    uint32_t n = search->depth_first ? 1 : search->layer_workers;
    atomic_store(&search->work.stop, GO_ON);
    search->store.alone = n == 1;
    run_parallel(n, run_worker, search);
    search->store.alone = 1;
    for (uint32_t i = 0; i < n; i++) {
        blocks[i] = search->workers[i].block;
        search->workers[i].block = (number_block){0, 0};
    }
    store_settle(&search->store, blocks, n);
    return atomic_load(&search->work.stop);
}

static int layer_finished(const tc_search *search)
{
    if (atomic_load(&search->work.next) < search->layer_end)
        return 0;
    for (uint32_t i = 0; i < search->layer_workers; i++)
        if (worker_pending(&search->workers[i]))
            return 0;
    return 1;
}

/* Between layers: reduction ends where it leaves out too little to be worth its price. That does not depend on the threads. */
static void judge_reduction(tc_search *search)
{
    uint64_t offered = 0, left = 0;
    for (uint32_t i = 0; i < search->n_workers; i++) {
        offered += search->workers[i].reduction.offered;
        left += search->workers[i].reduction.left;
    }
    if (offered >= OFFERS_TO_JUDGE && left * LEAST_PART < offered)
        search->work.reduce = 0;
}

/* One phase and what follows from it; the status afterwards, TC_RUNNING when there is more to do. */
static tc_status advance(tc_search *search)
{
    int stop = run_phase(search);
    if (stop == STOP_BROKEN)
        return TC_BROKEN;
    if (stop == STOP_ROOM) {
        store_result result = store_grow(&search->store, search->n_workers);
        return result == STORE_OK ? TC_RUNNING : result == STORE_LIMIT ? TC_LIMIT : TC_MEMORY;
    }
    if (search->depth_first)
        return depth_first_finished(search) ? TC_COMPLETE : TC_RUNNING;
    if (!layer_finished(search))
        return TC_RUNNING;
    if (atomic_load(&search->store.count) == search->layer_end)
        return TC_COMPLETE;
    judge_reduction(search);
    return start_layer(search, search->depth + 1) ? TC_MEMORY : TC_RUNNING;
}

int tc_search_run(tc_search *search, double seconds, uint64_t states)
{
    double start = wall_seconds(), cpu_start = process_cpu_seconds();
    uint64_t depth = search->depth;
    int paused = 0;
    search->work.deadline = start + seconds;
    while (search->status == TC_RUNNING) {
        search->status = advance(search);
        paused = states > 0 && search->depth > depth && search->layer_end >= states;
        if (paused || wall_seconds() >= search->work.deadline)
            break;
        depth = search->depth;
    }
    if (search->status == TC_MEMORY)
        arena_release(&search->spare);
    search->seconds += wall_seconds() - start;
    search->cpu_seconds += process_cpu_seconds() - cpu_start;
    return paused && search->status == TC_RUNNING ? TC_PAUSED : (int)search->status;
}
