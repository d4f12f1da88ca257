// libcurl's setters are variadic and its messages hold a union; Swift can call neither. One wrapper a kind of value,
// and the few calls of epoll and eventfd that the engine's thread needs beside them.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode ccurl_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_size(CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *_Nonnull easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_on_data(CURL *_Nonnull easy, CURLoption option, curl_write_callback _Nonnull callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode ccurl_on_seek(CURL *_Nonnull easy, curl_seek_callback _Nonnull callback) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

static inline CURLcode ccurl_on_open_socket(CURL *_Nonnull easy, curl_opensocket_callback _Nonnull callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

static inline CURLcode ccurl_on_close_socket(CURL *_Nonnull easy, curl_closesocket_callback _Nonnull callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode ccurl_on_request(CURL *_Nonnull easy, curl_prereq_callback _Nonnull callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode ccurl_get_long(CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_size(CURL *_Nonnull easy, CURLINFO info, curl_off_t *_Nonnull value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline void *_Nullable ccurl_private(CURL *_Nonnull easy) {
    char *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return value;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_on_socket(CURLM *_Nonnull multi, curl_socket_callback _Nonnull callback,
                                              void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
}

static inline CURLMcode ccurl_multi_on_timer(CURLM *_Nonnull multi, curl_multi_timer_callback _Nonnull callback,
                                             void *_Nullable context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
}

static inline CURLMcode ccurl_multi_timeout(CURLM *_Nonnull multi) {
    int running = 0;
    return curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/// The next finished transfer, or NULL.
static inline CURL *_Nullable ccurl_multi_next_done(CURLM *_Nonnull multi, CURLcode *_Nonnull result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

static inline const char *_Nullable ccurl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
static inline unsigned ccurl_version_number(void) { return curl_version_info(CURLVERSION_NOW)->version_num; }

typedef struct {
    int fd;
    uint32_t events;
} ccurl_ready;

static inline void ccurl_name_thread(const char *_Nonnull name) { (void)prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int ccurl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int ccurl_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int ccurl_epoll_watch(int epoll, int fd, int read, int write, int known) {
    struct epoll_event event = {.events = (read ? EPOLLIN : 0u) | (write ? EPOLLOUT : 0u), .data = {.fd = fd}};
    int result = epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    // A number that libcurl closed and got again is new to the kernel although we know it, or the other way round.
    if (result != 0 && errno == ENOENT) { result = epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event); }
    if (result != 0 && errno == EEXIST) { result = epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event); }
    return result;
}

static inline void ccurl_epoll_forget(int epoll, int fd) {
    struct epoll_event event = {0};
    (void)epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

/// Ready descriptors with libcurl's CURL_CSELECT_ bits; 0 on a time-out or a signal, below 0 on an error.
static inline int ccurl_epoll_wait(int epoll, ccurl_ready *_Nonnull ready, int capacity, int timeout_ms) {
    enum { LIMIT = 256 };
    struct epoll_event events[LIMIT];
    int count = epoll_wait(epoll, events, capacity < LIMIT ? capacity : LIMIT, timeout_ms);
    if (count < 0) { return errno == EINTR ? 0 : -errno; }
    for (int i = 0; i < count; i++) {
        uint32_t bits = events[i].events;
        ready[i].fd = events[i].data.fd;
        ready[i].events = ((bits & (EPOLLIN | EPOLLHUP)) ? CURL_CSELECT_IN : 0) |
                          ((bits & EPOLLOUT) ? CURL_CSELECT_OUT : 0) | ((bits & EPOLLERR) ? CURL_CSELECT_ERR : 0);
    }
    return count;
}

#endif
