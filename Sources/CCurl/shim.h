#ifndef NODELAB_CCURL_SHIM_H
#define NODELAB_CCURL_SHIM_H

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What Swift cannot call by itself: libcurl's variadic functions, one shim for each type of argument.

static inline CURLcode ccurl_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_size(CURL *_Nonnull easy, CURLoption option, int64_t value) {
  return curl_easy_setopt(easy, option, (curl_off_t)value);
}

static inline CURLcode ccurl_set_text(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *_Nonnull easy, CURLoption option, const void *_Nullable value) {
  return curl_easy_setopt(easy, option, value);
}

typedef size_t (*ccurl_data_callback)(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context);

static inline CURLcode ccurl_set_data_callback(CURL *_Nonnull easy, CURLoption option, ccurl_data_callback _Nonnull value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_request_callback(CURL *_Nonnull easy, curl_prereq_callback _Nonnull value) {
  return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode ccurl_set_debug_callback(CURL *_Nonnull easy, curl_debug_callback _Nonnull value) {
  return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, value);
}

// The addresses to which an exchange tried to connect.
typedef struct {
  struct sockaddr_storage first;
  int count;
} ccurl_attempts;

static inline curl_socket_t ccurl_open_socket(void *_Nullable context, curlsocktype purpose, struct curl_sockaddr *_Nonnull address) {
  ccurl_attempts *attempts = context;
  (void)purpose;
  if (attempts != NULL && attempts->count++ == 0 && address->addrlen <= sizeof attempts->first) {
    memcpy(&attempts->first, &address->addr, address->addrlen);
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode ccurl_watch_attempts(CURL *_Nonnull easy, ccurl_attempts *_Nonnull attempts) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, ccurl_open_socket);
  return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, attempts);
}

static inline long ccurl_get_long(CURL *_Nonnull easy, CURLINFO info) {
  long value = 0;
  return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline const char *_Nullable ccurl_get_text(CURL *_Nonnull easy, CURLINFO info) {
  char *value = NULL;
  return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_callbacks(CURLM *_Nonnull multi, void *_Nonnull context,
                                                  curl_socket_callback _Nonnull socket,
                                                  curl_multi_timer_callback _Nonnull timer) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
  return code;
}

// The next exchange that ended, and how; NULL when there is none.
static inline CURL *_Nullable ccurl_next_done(CURLM *_Nonnull multi, CURLcode *_Nonnull result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

static const size_t ccurl_pause_writing = CURL_WRITEFUNC_PAUSE;
static const size_t ccurl_pause_reading = CURL_READFUNC_PAUSE;
static const size_t ccurl_abort_reading = CURL_READFUNC_ABORT;
static const int ccurl_request_ok = CURL_PREREQFUNC_OK;
static const int ccurl_request_abort = CURL_PREREQFUNC_ABORT;
static const curl_socket_t ccurl_socket_timeout = CURL_SOCKET_TIMEOUT;

#endif
