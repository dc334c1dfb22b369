// libzmq's C API, as it is.
#include <sys/eventfd.h>
#include <zmq.h>

// A descriptor that other threads raise to wake a poll; -1 when the system has none.
static inline int elbo_zmq_wake_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
