#define _GNU_SOURCE
#include "CPosix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

const uint32_t cposix_readable = EPOLLIN;
const uint32_t cposix_writable = EPOLLOUT;
const uint32_t cposix_peer_closed = EPOLLRDHUP;
const uint32_t cposix_hung_up = EPOLLHUP;
const uint32_t cposix_failed = EPOLLERR;
const uint32_t cposix_edge = EPOLLET;

int cposix_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, operation, fd, &event);
}

int cposix_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_ADD, fd, events, token);
}

int cposix_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_MOD, fd, events, token);
}

int cposix_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int cposix_epoll_wait(int epoll, cposix_event *events, int count, int milliseconds) {
  struct epoll_event raw[128];
  if (count > 128) count = 128;
  int found = epoll_wait(epoll, raw, count, milliseconds);
  for (int i = 0; i < found; i++) {
    events[i].token = raw[i].data.u64;
    events[i].events = raw[i].events;
  }
  return found;
}

int cposix_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cposix_signalfd(int first, int second) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, first);
  sigaddset(&set, second);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cposix_signalfd_next(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int cposix_openat(int folder, const char *path, int flags, unsigned mode) { return openat(folder, path, flags, mode); }

const uint64_t cposix_resolve_beneath = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif
const uint64_t cposix_resolve_cached = RESOLVE_CACHED;

int cposix_openat2(int folder, const char *path, int flags, unsigned mode, uint64_t resolve) {
  struct open_how how = {.flags = (uint64_t)(unsigned)flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

const int cposix_path_only = O_PATH;

int cposix_reserve(int fd, int64_t size) { return fallocate(fd, 0, 0, size); }

ssize_t cposix_pread_cached(int fd, void *bytes, size_t count, int64_t offset) {
  struct iovec piece = {.iov_base = bytes, .iov_len = count};
  return preadv2(fd, &piece, 1, offset, RWF_NOWAIT);
}

int cposix_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int cposix_set_close_on_exec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC); }

ssize_t cposix_getrandom(void *bytes, size_t count) { return getrandom(bytes, count, 0); }

int cposix_ignore_broken_pipes(void) { return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0; }

void cposix_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

static int close_keeping_errno(int fd) {
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

static int listen_on(int family, const struct sockaddr *address, socklen_t length, int dual, int backlog,
                     const char **step) {
  *step = "socket";
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int on = 1, only6 = dual ? 0 : 1;
  if (family != AF_UNIX && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return close_keeping_errno(fd);
  if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6) != 0) {
    return close_keeping_errno(fd);
  }
  *step = "bind";
  if (bind(fd, address, length) != 0) return close_keeping_errno(fd);
  *step = "listen";
  if (listen(fd, backlog) != 0) return close_keeping_errno(fd);
  *step = NULL;
  return fd;
}

int cposix_listen_tcp(const char *host, uint16_t port, int backlog, const char **step) {
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
  if (host == NULL) {
    int fd = listen_on(AF_INET6, (const struct sockaddr *)&six, sizeof six, 1, backlog, step);
    // A machine without IPv6 has no such sockets.
    if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)) return fd;
    return listen_on(AF_INET, (const struct sockaddr *)&four, sizeof four, 0, backlog, step);
  }
  if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
    return listen_on(AF_INET, (const struct sockaddr *)&four, sizeof four, 0, backlog, step);
  }
  *step = "lookup";
  if (inet_pton(AF_INET6, host, &six.sin6_addr) != 1) {
    errno = EINVAL;
    return -1;
  }
  return listen_on(AF_INET6, (const struct sockaddr *)&six, sizeof six, 0, backlog, step);
}

int cposix_listen_unix(const char *path, int backlog, const char **step) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  *step = "bind";
  if (strlen(path) >= sizeof address.sun_path) {
    errno = EINVAL;
    return -1;
  }
  strcpy(address.sun_path, path);
  return listen_on(AF_UNIX, (const struct sockaddr *)&address, sizeof address, 0, backlog, step);
}

uint16_t cposix_local_port(int fd) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return 0;
}

void cposix_address_text(const void *address, char *text, size_t count) {
  char host[INET6_ADDRSTRLEN] = "";
  const struct sockaddr *any = address;
  if (any != NULL && any->sa_family == AF_INET) {
    const struct sockaddr_in *four = address;
    inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
    snprintf(text, count, "%s:%u", host, (unsigned)ntohs(four->sin_port));
  } else if (any != NULL && any->sa_family == AF_INET6) {
    const struct sockaddr_in6 *six = address;
    if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
      inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], host, sizeof host);
      snprintf(text, count, "%s:%u", host, (unsigned)ntohs(six->sin6_port));
    } else {
      inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
      snprintf(text, count, "[%s]:%u", host, (unsigned)ntohs(six->sin6_port));
    }
  } else {
    snprintf(text, count, "@");
  }
}

ssize_t cposix_receive(int fd, void *bytes, size_t count) { return recv(fd, bytes, count, MSG_DONTWAIT); }

ssize_t cposix_look(int fd, void *bytes, size_t count) { return recv(fd, bytes, count, MSG_PEEK | MSG_DONTWAIT); }

ssize_t cposix_send(int fd, const void *bytes, size_t count) {
  return send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

unsigned cposix_quiet_milliseconds(int fd) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_last_data_recv : 0;
}

int cposix_is_numeric_host(const char *host) {
  unsigned char address[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

int cposix_resolve_host(const char *name, char *text, size_t count) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int error = getaddrinfo(name, NULL, &hints, &found);
  if (error != 0) return error;
  error = getnameinfo(found->ai_addr, found->ai_addrlen, text, (socklen_t)count, NULL, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  return error;
}
