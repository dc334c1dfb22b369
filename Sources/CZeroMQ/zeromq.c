#include "zeromq.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>

#define FUNCTIONS(use)                                                                                        \
  use(ctx_new) use(ctx_term) use(socket) use(close) use(bind) use(setsockopt) use(send) use(poll) use(msg_init) \
  use(msg_recv) use(msg_data) use(msg_size) use(msg_more) use(msg_close) use(errno_) use(strerror)

// 'errno' is a macro of the C library.
#define zmq_errno_ zmq_errno

static struct {
#define DECLARE(name) __typeof__(&zmq_##name) name;
  FUNCTIONS(DECLARE)
#undef DECLARE
  int isThere;
} lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  lib.isThere = 1;
#define NAME(name) #name
#define FIND(name) \
  if (!(lib.name = (__typeof__(&zmq_##name))dlsym(library, TEXT(zmq_##name)))) lib.isThere = 0;
#define TEXT(name) NAME(name)
  FUNCTIONS(FIND)
#undef FIND
}

void *elbo_zmq_ctx_new(void) {
  pthread_once(&once, load);
  if (lib.isThere) return lib.ctx_new();
  errno = ENOPKG;
  return NULL;
}

int elbo_zmq_ctx_term(void *context) { return lib.ctx_term(context); }
void *elbo_zmq_socket(void *context, int type) { return lib.socket(context, type); }
int elbo_zmq_close(void *socket) { return lib.close(socket); }
int elbo_zmq_bind(void *socket, const char *endpoint) { return lib.bind(socket, endpoint); }
int elbo_zmq_setsockopt(void *socket, int option, const void *value, size_t size) {
  return lib.setsockopt(socket, option, value, size);
}
int elbo_zmq_send(void *socket, const void *bytes, size_t count, int flags) {
  return lib.send(socket, bytes, count, flags);
}
int elbo_zmq_poll(zmq_pollitem_t *items, int count, long milliseconds) { return lib.poll(items, count, milliseconds); }
int elbo_zmq_msg_init(zmq_msg_t *message) { return lib.msg_init(message); }
int elbo_zmq_msg_recv(zmq_msg_t *message, void *socket, int flags) { return lib.msg_recv(message, socket, flags); }
void *elbo_zmq_msg_data(zmq_msg_t *message) { return lib.msg_data(message); }
size_t elbo_zmq_msg_size(const zmq_msg_t *message) { return lib.msg_size(message); }
int elbo_zmq_msg_more(const zmq_msg_t *message) { return lib.msg_more(message); }
int elbo_zmq_msg_close(zmq_msg_t *message) { return lib.msg_close(message); }

int elbo_zmq_errno(void) { return lib.isThere ? lib.errno_() : errno; }
const char *elbo_zmq_strerror(int code) { return lib.isThere ? lib.strerror(code) : strerror(code); }

int elbo_zmq_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
