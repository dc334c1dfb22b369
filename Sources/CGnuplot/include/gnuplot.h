#ifndef ELBO_GNUPLOT_H
#define ELBO_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One running gnuplot: its pipes, a block of memory it reads data from, and what it has answered. Not thread safe.
typedef struct elbo_gnuplot elbo_gnuplot;

/// How an exchange ended; positive values are errno.
enum {
  ELBO_GNUPLOT_OK = 0,
  ELBO_GNUPLOT_TIMED_OUT = -1,
  ELBO_GNUPLOT_DIED = -2,
  ELBO_GNUPLOT_CANCELLED = -3,
};

/// Starts `program` (looked up on PATH, no shell) in its own process group, with default signals, its three standard
/// streams on close-on-exec pipes and a memory file as descriptor `ELBO_GNUPLOT_DATA_FD`. 0 or errno.
int elbo_gnuplot_start(const char *program, elbo_gnuplot **started);

/// The descriptor under which the child sees the data: "/proc/self/fd/3".
#define ELBO_GNUPLOT_DATA_FD 3

/// Empties the data memory. 0 or errno.
int elbo_gnuplot_clear_data(elbo_gnuplot *process);

/// Appends bytes to the data memory: packed binary that never passes gnuplot's command parser. 0 or errno.
int elbo_gnuplot_append_data(elbo_gnuplot *process, const void *bytes, size_t count);

/// Sends commands through gnuplot-iostream and collects the answers until a whole line beginning with
/// `acknowledgement` has come on stderr. Never blocks longer than `milliseconds`; asks `canceled` every 20 ms.
/// SIGPIPE is held back on the calling thread only.
int elbo_gnuplot_run(
  elbo_gnuplot *process, const char *commands, size_t count, const char *acknowledgement, int64_t milliseconds,
  bool (*canceled)(void *), void *context);

/// What came on stdout during the last run (a picture), and on stderr (messages). Valid until the next run.
const char *elbo_gnuplot_output(const elbo_gnuplot *process, size_t *count);
const char *elbo_gnuplot_messages(const elbo_gnuplot *process, size_t *count);

int elbo_gnuplot_pid(const elbo_gnuplot *process);

/// Closes the pipes, waits up to `grace` milliseconds for gnuplot to leave, then kills its process group. Returns the
/// wait status. Frees everything.
int elbo_gnuplot_stop(elbo_gnuplot *process, int64_t grace);

#ifdef __cplusplus
}
#endif
#endif
