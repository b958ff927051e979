#ifndef NODELAB_CNODELOOP_H
#define NODELAB_CNODELOOP_H

#include <stdint.h>
#include <stddef.h>

// The ready list of one loop: the jobs the Swift runtime would have sent to its global pool from the loop's own thread,
// in the order in which they became ready. Touched by that thread only.
typedef struct nodeloop_ready_list nodeloop_ready_list;

nodeloop_ready_list *_Nonnull nodeloop_ready_list_create(void);
void nodeloop_ready_list_destroy(nodeloop_ready_list *_Nonnull list);
size_t nodeloop_ready_list_count(const nodeloop_ready_list *_Nonnull list);
// Removes and returns the job at `index` (0 is the oldest), or NULL when there is none.
void *_Nullable nodeloop_ready_list_take(nodeloop_ready_list *_Nonnull list, size_t index);

// Installs the hooks on the runtime's enqueue functions, once a process; further calls do nothing.
void nodeloop_install_hooks(void);

// The ready list that the current thread runs, or NULL.
nodeloop_ready_list *_Nullable nodeloop_current(void);
void nodeloop_set_current(nodeloop_ready_list *_Nullable list);

// While on, every job enqueued by a thread that runs no loop is foreign: reported to the handler, then sent to the pool.
void nodeloop_set_exclusive(int on);
uint64_t nodeloop_foreign_jobs(void);
void nodeloop_count_foreign_job(void);

// Watches the calling thread, which runs `list`: when it has stood in one step for `limit` tenths of a second of real time, `blocked` is
// called on it, in a signal's handler, and must not return. Ends with `nodeloop_watch_end`.
void nodeloop_watch_begin(
    nodeloop_ready_list *_Nonnull list, uint32_t limit, void (*_Nonnull blocked)(void *_Nonnull context),
    void *_Nonnull context);
void nodeloop_watch_end(nodeloop_ready_list *_Nonnull list);

#endif
