/*
 * The patterns of the benchmarks in C, for one malloc library: what the allocator costs without a
 * JVM around it. One line for each iteration: nanoseconds of the thread's CPU time an object, and
 * nanoseconds that passed.
 *
 * usage: native_loop LIBRARY|- MALLOC FREE PATTERN BYTES WARMUPS ITERATIONS MILLIS
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RING = 16, BATCH = 1024, CHUNK = 1 << 14 };

typedef void *(*alloc_fn)(size_t);
typedef void (*free_fn)(void *);

static alloc_fn take;
static free_fn give;
static size_t bytes;
static void *ring[RING];
static void *batch[BATCH];
static int order[BATCH];
static unsigned at;

static double now(clockid_t clock)
{
	struct timespec ts;
	clock_gettime(clock, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static inline void *taken(void)
{
	uint64_t volatile *object = take(bytes);
	*object = (uintptr_t) object;
	return (void *) object;
}

static void run_pair(void)
{
	for (int i = 0; i < CHUNK; i++)
		give(taken());
}

static void run_ring(void)
{
	for (int i = 0; i < CHUNK; i++) {
		void *object = taken();
		unsigned slot = at++ & (RING - 1);
		give(ring[slot]);
		ring[slot] = object;
	}
}

static void run_batch(void)
{
	for (int n = 0; n < CHUNK / BATCH; n++) {
		for (int i = 0; i < BATCH; i++)
			batch[i] = taken();
		for (int i = 0; i < BATCH; i++)
			give(batch[order[i]]);
	}
}

static void set_order(const char *pattern)
{
	uint64_t random = 6;
	for (int i = 0; i < BATCH; i++)
		order[i] = strcmp(pattern, "batch-lifo") ? i : BATCH - 1 - i;
	if (strcmp(pattern, "batch-random"))
		return;
	for (int i = BATCH - 1; i > 0; i--) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		int other = (int) ((random >> 33) % (unsigned) (i + 1));
		int moved = order[i];
		order[i] = order[other];
		order[other] = moved;
	}
}

int main(int argc, char **argv)
{
	if (argc != 9) {
		fprintf(stderr, "usage: %s LIBRARY|- MALLOC FREE PATTERN BYTES WARMUPS ITERATIONS"
				" MILLIS\n", argv[0]);
		return 2;
	}
	void *library = dlopen(strcmp(argv[1], "-") ? argv[1] : NULL, RTLD_NOW);
	take = library ? (alloc_fn) dlsym(library, argv[2]) : NULL;
	give = library ? (free_fn) dlsym(library, argv[3]) : NULL;
	if (!take || !give) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	const char *pattern = argv[4];
	bytes = strtoul(argv[5], NULL, 10);
	int warmups = atoi(argv[6]), iterations = atoi(argv[7]);
	double nanos = atof(argv[8]) * 1e6;
	void (*run)(void) = !strcmp(pattern, "pair") ? run_pair
			: !strcmp(pattern, "ring") ? run_ring : run_batch;
	set_order(pattern);
	for (int i = 0; i < RING; i++)
		ring[i] = taken();
	for (int i = 0; i < warmups + iterations; i++) {
		double cpu = now(CLOCK_THREAD_CPUTIME_ID), wall = now(CLOCK_MONOTONIC), end;
		double objects = 0;
		do {
			run();
			objects += CHUNK;
			end = now(CLOCK_MONOTONIC);
		} while (end - wall < nanos);
		if (i >= warmups)
			printf("%.4f %.4f\n", (now(CLOCK_THREAD_CPUTIME_ID) - cpu) / objects,
					(end - wall) / objects);
	}
	return 0;
}
