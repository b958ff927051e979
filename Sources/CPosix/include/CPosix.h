#ifndef NODELAB_CPOSIX_H
#define NODELAB_CPOSIX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Swift cannot call by itself: variadic system calls, packed structs, calls newer than the C library's headers.
// Each returns what the system call returns; errno tells why on -1.

typedef struct {
  uint64_t token;
  uint32_t events;
} cposix_event;

extern const uint32_t cposix_readable;      // EPOLLIN
extern const uint32_t cposix_writable;      // EPOLLOUT
extern const uint32_t cposix_peer_closed;   // EPOLLRDHUP
extern const uint32_t cposix_hung_up;       // EPOLLHUP
extern const uint32_t cposix_failed;        // EPOLLERR
extern const uint32_t cposix_edge;          // EPOLLET

int cposix_epoll_create(void);
int cposix_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
int cposix_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token);
int cposix_epoll_remove(int epoll, int fd);
// Waits at most `milliseconds` (-1: for ever).
int cposix_epoll_wait(int epoll, cposix_event *_Nonnull events, int count, int milliseconds);

int cposix_eventfd(void);
// A descriptor from which the given two signals, blocked for the calling thread, are read.
int cposix_signalfd(int first, int second);
// The number of the next signal at hand, or 0.
int cposix_signalfd_next(int fd);

int cposix_openat(int folder, const char *_Nonnull path, int flags, unsigned mode);
// openat2(2): -1 with ENOSYS where the kernel has none.
int cposix_openat2(int folder, const char *_Nonnull path, int flags, unsigned mode, uint64_t resolve);
extern const uint64_t cposix_resolve_beneath;  // RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
extern const uint64_t cposix_resolve_cached;   // RESOLVE_CACHED
extern const int cposix_path_only;  // O_PATH
int cposix_reserve(int fd, int64_t size);  // fallocate from 0
// Reads only what is in memory: EAGAIN where the disk would be asked.
ssize_t cposix_pread_cached(int fd, void *_Nonnull bytes, size_t count, int64_t offset);
int cposix_set_nonblocking(int fd);
int cposix_set_close_on_exec(int fd);
ssize_t cposix_getrandom(void *_Nonnull bytes, size_t count);
int cposix_ignore_broken_pipes(void);
// Names the calling thread, for debuggers and `top`.
void cposix_name_thread(const char *_Nonnull name);

// Sockets. Addresses are given and returned as text: the numeric host without brackets, and the port.
// Each returns a descriptor, or -1; `step` then names the call that failed: "socket", "bind", "listen".
int cposix_listen_tcp(const char *_Nullable host, uint16_t port, int backlog, const char *_Nullable *_Nonnull step);
int cposix_listen_unix(const char *_Nonnull path, int backlog, const char *_Nullable *_Nonnull step);
// The local port of a TCP socket, or 0.
uint16_t cposix_local_port(int fd);
// The peer of a socket as `127.0.0.1:40000`, `[::1]:40000`, or `@` for a unix socket, from a struct sockaddr.
void cposix_address_text(const void *_Nullable address, char *_Nonnull text, size_t count);
// Never wait: EAGAIN when nothing is there.
ssize_t cposix_receive(int fd, void *_Nonnull bytes, size_t count);
ssize_t cposix_look(int fd, void *_Nonnull bytes, size_t count);
ssize_t cposix_send(int fd, const void *_Nonnull bytes, size_t count);
// Milliseconds since bytes last came on a TCP connection; 0 for any other socket.
unsigned cposix_quiet_milliseconds(int fd);
int cposix_is_numeric_host(const char *_Nonnull host);
// The first numeric address of a host name, resolved by the system: blocks. 0, or getaddrinfo's error.
int cposix_resolve_host(const char *_Nonnull name, char *_Nonnull text, size_t count);

#endif
