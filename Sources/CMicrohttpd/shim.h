#ifndef NODELAB_CMICROHTTPD_SHIM_H
#define NODELAB_CMICROHTTPD_SHIM_H

#include <microhttpd.h>
#include <string.h>

// What Swift cannot call by itself: the library's variadic functions, and its flags and options, which are closed enums there.

typedef struct {
  int listen_fd;
  unsigned connection_limit;
  // Bytes a connection may use for its head, its buffers and the head of its answer.
  size_t memory_limit;
  // Seconds without a byte either way.
  unsigned inactivity_limit;
  // PEM texts, or NULL for plain HTTP.
  const char *_Nullable certificate;
  const char *_Nullable key;
} cmicrohttpd_settings;

typedef void *_Nullable (*cmicrohttpd_target_callback)(void *_Nullable context, const char *_Nonnull target,
                                                      struct MHD_Connection *_Nonnull connection);

// The library splits and unescapes the target in place; the node wants it as it came, so nothing is unescaped.
static inline size_t cmicrohttpd_keep_escapes(void *_Nullable context, struct MHD_Connection *_Nullable connection,
                                              char *_Nonnull text) {
  (void)context;
  (void)connection;
  return strlen(text);
}

// A daemon that runs in the caller's loop through its epoll descriptor, or NULL.
static inline struct MHD_Daemon *_Nullable cmicrohttpd_start(
    const cmicrohttpd_settings *_Nonnull settings, void *_Nullable context, MHD_AccessHandlerCallback _Nonnull handler,
    cmicrohttpd_target_callback _Nonnull target, MHD_RequestCompletedCallback _Nonnull completed,
    MHD_NotifyConnectionCallback _Nonnull connection, void (*_Nonnull log)(void *_Nullable, const char *_Nonnull, va_list)) {
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  int tls = settings->certificate != NULL;
  // TURBO saves a call for each new connection, but closes without a word; TLS needs its farewell.
  flags |= tls ? MHD_USE_TLS : MHD_USE_TURBO;
  struct MHD_OptionItem options[] = {
      {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log, context},
      {MHD_OPTION_LISTEN_SOCKET, settings->listen_fd, NULL},
      {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)settings->connection_limit, NULL},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)settings->memory_limit, NULL},
      {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)settings->inactivity_limit, NULL},
      {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
      {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)target, context},
      {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)cmicrohttpd_keep_escapes, NULL},
      {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, context},
      {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection, context},
      {tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, (void *)settings->certificate},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->key},
      {MHD_OPTION_END, 0, NULL},
  };
  return MHD_start_daemon(flags, 0, NULL, NULL, handler, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline int cmicrohttpd_epoll(struct MHD_Daemon *_Nonnull daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info ? info->epoll_fd : -1;
}

static inline int cmicrohttpd_descriptor(struct MHD_Connection *_Nonnull connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline const struct sockaddr *_Nullable cmicrohttpd_peer(struct MHD_Connection *_Nonnull connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

// What the connection callback kept for the connection.
static inline void *_Nullable cmicrohttpd_context(struct MHD_Connection *_Nonnull connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

// Bytes of the request's head, from its method to the blank line; 0 while it has not come whole.
static inline size_t cmicrohttpd_head_size(struct MHD_Connection *_Nonnull connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

static inline int cmicrohttpd_header_count(struct MHD_Connection *_Nonnull connection) {
  return MHD_get_connection_values(connection, MHD_HEADER_KIND, NULL, NULL);
}

// A connection that the library has closed by itself is freed when the library next looks at it, which may be minutes later. One
// with a time limit of its own is looked at in each turn.
static inline void cmicrohttpd_look_soon(struct MHD_Connection *_Nonnull connection, unsigned inactivity_limit) {
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, inactivity_limit + 1);
}

// Ends the connection after the answer, whose end is the end of the stream: no length, no chunks.
static inline void cmicrohttpd_end_with_connection(struct MHD_Response *_Nonnull response) {
  MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

// An answer with these bytes, copied.
static inline struct MHD_Response *_Nullable cmicrohttpd_response(size_t count, const void *_Nullable bytes) {
  return MHD_create_response_from_buffer(count, (void *)bytes, count == 0 ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
}

static const enum MHD_Result cmicrohttpd_yes = MHD_YES;
static const enum MHD_Result cmicrohttpd_no = MHD_NO;
static const enum MHD_RequestTerminationCode cmicrohttpd_completed = MHD_REQUEST_TERMINATED_COMPLETED_OK;
static const enum MHD_ConnectionNotificationCode cmicrohttpd_connection_started = MHD_CONNECTION_NOTIFY_STARTED;
static const uint64_t cmicrohttpd_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t cmicrohttpd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t cmicrohttpd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;

#endif
