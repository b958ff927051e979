#include "CNodeLoop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
  _Atomic uint64_t taken;  // jobs so far: how the watch sees that the thread moves on

  // The watch, under `watch_lock`.
  nodeloop_ready_list *next_watched;
  pthread_t thread;
  uint32_t limit;
  uint32_t stood;
  uint64_t seen;
  void (*blocked)(void *context);
  void *context;
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
  atomic_store_explicit(&list->taken, atomic_load_explicit(&list->taken, memory_order_relaxed) + 1, memory_order_relaxed);
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

// One thread of the process watches all that are to be watched.
static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static nodeloop_ready_list *watched;
static int watcher_runs;

static int watch_signal(void) { return SIGRTMAX - 3; }

static void on_watch_signal(int number) {
  (void)number;
  nodeloop_ready_list *list = current_list;
  if (list && list->blocked) list->blocked(list->context);
}

static void *watcher(void *unused) {
  (void)unused;
  const struct timespec tenth = {0, 100000000};
  for (;;) {
    nanosleep(&tenth, NULL);
    pthread_mutex_lock(&watch_lock);
    for (nodeloop_ready_list *list = watched; list; list = list->next_watched) {
      uint64_t taken = atomic_load_explicit(&list->taken, memory_order_relaxed);
      if (taken != list->seen) {
        list->seen = taken;
        list->stood = 0;
      } else if (++list->stood == list->limit) {
        pthread_kill(list->thread, watch_signal());
      } else if (list->stood > list->limit + 20) {
        fputs("a thread that runs a simulation is blocked, and blocks the signal to say where\n", stderr);
        abort();
      }
    }
    pthread_mutex_unlock(&watch_lock);
  }
  return NULL;
}

void nodeloop_watch_begin(
    nodeloop_ready_list *list, uint32_t limit, void (*blocked)(void *context), void *context) {
  pthread_mutex_lock(&watch_lock);
  if (!watcher_runs) {
    struct sigaction action = {0};
    action.sa_handler = on_watch_signal;
    sigaction(watch_signal(), &action, NULL);
    // The watcher takes no signals: they are for the threads of the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, watcher, NULL) == 0) {
      pthread_detach(thread);
      watcher_runs = 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  // Threads of a pool keep signals from themselves.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, watch_signal());
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
  list->thread = pthread_self();
  list->limit = limit ? limit : 1;
  list->stood = 0;
  list->seen = atomic_load_explicit(&list->taken, memory_order_relaxed);
  list->blocked = blocked;
  list->context = context;
  list->next_watched = watched;
  watched = list;
  pthread_mutex_unlock(&watch_lock);
}

void nodeloop_watch_end(nodeloop_ready_list *list) {
  pthread_mutex_lock(&watch_lock);
  for (nodeloop_ready_list **link = &watched; *link; link = &(*link)->next_watched) {
    if (*link == list) {
      *link = list->next_watched;
      break;
    }
  }
  list->blocked = NULL;
  pthread_mutex_unlock(&watch_lock);
}
