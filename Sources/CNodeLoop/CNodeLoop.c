#include "CNodeLoop.h"

#include <stdatomic.h>
#include <stdlib.h>

#if defined(__clang__)
#define SWIFT_CC __attribute__((swiftcall))
#else
#error "the hooks use Swift's calling convention: compile this file with clang"
#endif

// The runtime's own hook variables (stdlib/public/Concurrency): each job on its way to the global pool passes here.
typedef void (*global_original)(void *job) SWIFT_CC;
extern void *swift_task_enqueueGlobal_hook;

struct nodeloop_ready_list {
  void **jobs;  // a ring; capacity is a power of two
  size_t capacity;
  size_t head;
  size_t count;
};

static _Thread_local nodeloop_ready_list *current_list;
static _Atomic int exclusive;
static _Atomic uint64_t foreign_jobs;
static _Atomic int installed;

nodeloop_ready_list *nodeloop_ready_list_create(void) {
  nodeloop_ready_list *list = calloc(1, sizeof *list);
  if (!list) abort();
  list->capacity = 64;
  list->jobs = malloc(list->capacity * sizeof *list->jobs);
  if (!list->jobs) abort();
  return list;
}

void nodeloop_ready_list_destroy(nodeloop_ready_list *list) {
  free(list->jobs);
  free(list);
}

size_t nodeloop_ready_list_count(const nodeloop_ready_list *list) { return list->count; }

static void append(nodeloop_ready_list *list, void *job) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity * 2;
    void **jobs = malloc(capacity * sizeof *jobs);
    if (!jobs) abort();
    for (size_t i = 0; i < list->count; i++) jobs[i] = list->jobs[(list->head + i) & (list->capacity - 1)];
    free(list->jobs);
    list->jobs = jobs;
    list->capacity = capacity;
    list->head = 0;
  }
  list->jobs[(list->head + list->count) & (list->capacity - 1)] = job;
  list->count++;
}

void *nodeloop_ready_list_take(nodeloop_ready_list *list, size_t index) {
  if (index >= list->count) return NULL;
  size_t mask = list->capacity - 1;
  void *job = list->jobs[(list->head + index) & mask];
  // The others keep their order: those before the taken one move up by one place.
  for (size_t i = index; i > 0; i--) {
    list->jobs[(list->head + i) & mask] = list->jobs[(list->head + i - 1) & mask];
  }
  list->head = (list->head + 1) & mask;
  list->count--;
  return job;
}

nodeloop_ready_list *nodeloop_current(void) { return current_list; }
void nodeloop_set_current(nodeloop_ready_list *list) { current_list = list; }
void nodeloop_set_exclusive(int on) { atomic_store(&exclusive, on); }
uint64_t nodeloop_foreign_jobs(void) { return atomic_load(&foreign_jobs); }
void nodeloop_count_foreign_job(void) { atomic_fetch_add(&foreign_jobs, 1); }

SWIFT_CC static void enqueue_global(void *job, global_original original) {
  nodeloop_ready_list *list = current_list;
  if (list) {
    append(list, job);
    return;
  }
  if (atomic_load_explicit(&exclusive, memory_order_relaxed)) {
    nodeloop_count_foreign_job();
#ifndef NDEBUG
    abort();
#endif
  }
  original(job);
}

void nodeloop_install_hooks(void) {
  if (atomic_exchange(&installed, 1)) return;
  swift_task_enqueueGlobal_hook = (void *)enqueue_global;
}
