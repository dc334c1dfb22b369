#define _GNU_SOURCE
#include "transfer.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The functions in use, with the types the header gives them.
typedef struct {
  __typeof__(&curl_global_init) globalInit;
  __typeof__(&curl_easy_init) init;
  CURLcode (*setopt)(CURL *, CURLoption, ...);
  __typeof__(&curl_easy_perform) perform;
  __typeof__(&curl_easy_cleanup) cleanup;
  __typeof__(&curl_easy_strerror) strerror;
} library;

static library loaded;
static int isLoaded;

static void openLibrary(void) {
  void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!handle) handle = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  *(void **)&loaded.globalInit = dlsym(handle, "curl_global_init");
  *(void **)&loaded.init = dlsym(handle, "curl_easy_init");
  *(void **)&loaded.setopt = dlsym(handle, "curl_easy_setopt");
  *(void **)&loaded.perform = dlsym(handle, "curl_easy_perform");
  *(void **)&loaded.cleanup = dlsym(handle, "curl_easy_cleanup");
  *(void **)&loaded.strerror = dlsym(handle, "curl_easy_strerror");
  isLoaded = loaded.globalInit && loaded.init && loaded.setopt && loaded.perform && loaded.cleanup && loaded.strerror &&
             loaded.globalInit(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// Downloads may start on several threads at once: the first one loads, the others wait for it.
static const library *load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, openLibrary);
  return isLoaded ? &loaded : NULL;
}

typedef struct {
  const elbo_transfer_request *request;
  int64_t done;
  int isStopped, isUnwritable, isTooLong;
} transfer;

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
  transfer *t = context;
  const size_t length = size * count;
  if (t->done + (int64_t)length > t->request->limit) {
    t->isTooLong = 1;
    return 0;
  }
  size_t written = 0;
  while (written < length) {
    const ssize_t n = write(t->request->descriptor, bytes + written, length - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      snprintf(t->request->message, ELBO_TRANSFER_MESSAGE, "%s", strerror(errno));
      t->isUnwritable = 1;
      return 0;
    }
    written += (size_t)n;
  }
  t->done += (int64_t)length;
  return length;
}

static int report(void *context, curl_off_t total, curl_off_t now, curl_off_t sent, curl_off_t toSend) {
  (void)total, (void)now, (void)sent, (void)toSend;
  transfer *t = context;
  if (t->request->progress && t->request->progress(t->request->context, t->done)) t->isStopped = 1;
  return t->isStopped;
}

elbo_transfer_result elbo_transfer(const elbo_transfer_request *request) {
  const library *const curl = load();
  if (!curl) return ELBO_TRANSFER_NO_LIBRARY;
  CURL *handle = curl->init();
  if (!handle) return ELBO_TRANSFER_FAILED;
  char detail[CURL_ERROR_SIZE] = "";
  transfer t = {request, request->from, 0, 0, 0};
  curl->setopt(handle, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl->setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl->setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#endif
  curl->setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl->setopt(handle, CURLOPT_MAXREDIRS, 5L);
  curl->setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl->setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl->setopt(handle, CURLOPT_USERAGENT, "elbo");
  curl->setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)request->connectSeconds);
  curl->setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 512L);
  curl->setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)request->stallSeconds);
  curl->setopt(handle, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)request->from);
  curl->setopt(handle, CURLOPT_ERRORBUFFER, detail);
  curl->setopt(handle, CURLOPT_WRITEFUNCTION, receive);
  curl->setopt(handle, CURLOPT_WRITEDATA, &t);
  curl->setopt(handle, CURLOPT_XFERINFOFUNCTION, report);
  curl->setopt(handle, CURLOPT_XFERINFODATA, &t);
  curl->setopt(handle, CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl->perform(handle);
  curl->cleanup(handle);
  if (code == CURLE_OK) return ELBO_TRANSFER_DONE;
  if (t.isStopped) return ELBO_TRANSFER_STOPPED;
  if (t.isUnwritable) return ELBO_TRANSFER_UNWRITABLE;
  if (t.isTooLong) {
    snprintf(request->message, ELBO_TRANSFER_MESSAGE, "the server sends more than the %lld bytes the file has",
             (long long)request->limit);
    return ELBO_TRANSFER_FAILED;
  }
  if (code == CURLE_RANGE_ERROR || (request->from > 0 && code == CURLE_HTTP_RETURNED_ERROR && strstr(detail, "416"))) {
    return ELBO_TRANSFER_NO_RESUME;
  }
  snprintf(request->message, ELBO_TRANSFER_MESSAGE, "%s", detail[0] ? detail : curl->strerror(code));
  return ELBO_TRANSFER_FAILED;
}
