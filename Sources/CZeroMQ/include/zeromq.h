// libzmq, opened when Jupyter's kernel starts: it brings a dozen libraries along, and no other start should wait for them.
#ifndef ELBO_ZEROMQ_H
#define ELBO_ZEROMQ_H

// The types and constants of the library; its functions are those below.
#include <zmq.h>

/// A context, or NULL: the library of the package libzmq5 was not found, or the system has no room.
void *elbo_zmq_ctx_new(void);

// Each of the others is the function of libzmq by its name, and wants a context from above.
int elbo_zmq_ctx_term(void *context);
void *elbo_zmq_socket(void *context, int type);
int elbo_zmq_close(void *socket);
int elbo_zmq_bind(void *socket, const char *endpoint);
int elbo_zmq_setsockopt(void *socket, int option, const void *value, size_t size);
int elbo_zmq_send(void *socket, const void *bytes, size_t count, int flags);
int elbo_zmq_poll(zmq_pollitem_t *items, int count, long milliseconds);
int elbo_zmq_msg_init(zmq_msg_t *message);
int elbo_zmq_msg_recv(zmq_msg_t *message, void *socket, int flags);
void *elbo_zmq_msg_data(zmq_msg_t *message);
size_t elbo_zmq_msg_size(const zmq_msg_t *message);
int elbo_zmq_msg_more(const zmq_msg_t *message);
int elbo_zmq_msg_close(zmq_msg_t *message);

/// The last error of this thread, and its text; both work without the library too.
int elbo_zmq_errno(void);
const char *elbo_zmq_strerror(int code);

/// A descriptor that other threads raise to wake a poll; -1 when the system has none.
int elbo_zmq_wake_descriptor(void);

#endif
