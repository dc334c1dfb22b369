// MPI through a library of our own, `libelbo-mpi.so` (`make mpi`), which is opened when a launcher started this process.
// Without it, or on a machine without MPI, the program builds and runs as one process.
//
// The library is compiled with the compiler wrapper of the MPI that is installed, because nothing of MPI is the same from
// one implementation to the next: neither the names of its library nor the types behind `MPI_Comm`. What is here is.
#ifndef ELBO_MPI_LIBRARY_H
#define ELBO_MPI_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ELBO_MPI_INTERFACE = 1, ELBO_MPI_MESSAGE = 512 };

/// What the library can do. Everything that waits for other ranks only begins here, and `test` says when it is done, so that
/// who waits decides how, and for how long.
///
/// Functions that return `int` return 0, or -1 with the reason in `message`. Used from one thread at a time.
typedef struct {
  /// `ELBO_MPI_INTERFACE` of the library.
  int32_t interface;
  /// Joins the other ranks; once in the life of a process.
  int (*start)(char *message);
  /// Leaves them: waits until all of them do.
  void (*finish)(void);
  /// Ends all ranks at once, this one too.
  void (*abort)(int code);
  int (*rank)(void);
  int (*size)(void);
  /// The implementation with its version, on one line.
  void (*version)(char *text, size_t capacity);

  /// Sums over all ranks, each in the place of its summand. A request above 0, or -1.
  int (*sum_floats)(float *values, int64_t count, char *message);
  int (*sum_doubles)(double *values, int64_t count, char *message);
  /// Copies the bytes of rank `root` to all others.
  int (*broadcast)(void *bytes, int64_t count, int root, char *message);
  /// The `count` bytes of every rank, one after another, on every rank.
  int (*gather)(const void *own, int64_t count, void *all, char *message);
  /// 1 when the request is done, which forgets it; 0 while it is not; -1 when it failed.
  int (*test)(int request, char *message);

  /// Sends rank 0 a number, without waiting.
  void (*report)(int64_t number);
  /// On rank 0, the next number that was sent, with its sender: 1, or 0 when there is none.
  int (*reported)(int *rank, int64_t *number);
} elbo_mpi;

/// The library, opened from `path`; NULL with the reason in `message`.
const elbo_mpi *elbo_mpi_open(const char *path, char *message);

#ifdef __cplusplus
}
#endif
#endif
