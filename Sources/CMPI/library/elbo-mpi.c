// libelbo-mpi.so: built by `make mpi` with mpicc, opened by elbo at run time (mpi-library.h says what each function does).
#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>

#include "mpi-library.h"

// Requests under way: a step has a few at a time.
enum { kRequests = 64, kReportTag = 1 };

static MPI_Comm collectives = MPI_COMM_NULL;
static MPI_Comm reports = MPI_COMM_NULL;
static MPI_Request requests[kRequests];
static int used[kRequests];
// The report under way, and whether it has left.
static int64_t report_number;
static MPI_Request report_request = MPI_REQUEST_NULL;

static int failed(int code, const char *what, char *message) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  snprintf(message, ELBO_MPI_MESSAGE, "%s: %.400s", what, text);
  return -1;
}

static int start(char *message) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return failed(code, "MPI_Init_thread", message);
  if (provided < MPI_THREAD_SERIALIZED) {
    snprintf(message, ELBO_MPI_MESSAGE, "this MPI allows calls from the main thread only (MPI_THREAD_SERIALIZED is needed)");
    return -1;
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if ((code = MPI_Comm_dup(MPI_COMM_WORLD, &collectives)) != MPI_SUCCESS) return failed(code, "MPI_Comm_dup", message);
  if ((code = MPI_Comm_dup(MPI_COMM_WORLD, &reports)) != MPI_SUCCESS) return failed(code, "MPI_Comm_dup", message);
  return 0;
}

static void finish(void) {
  int finalized = 0;
  if (MPI_Finalized(&finalized) == MPI_SUCCESS && !finalized) MPI_Finalize();
}

static void end_all(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static int rank(void) {
  int value = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &value);
  return value;
}

static int size(void) {
  int value = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &value);
  return value;
}

static void version(char *text, size_t capacity) {
  char all[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(all, &length);
  all[strcspn(all, ",\n")] = 0;
  snprintf(text, capacity, "%s", all);
}

static int place(char *message) {
  for (int i = 1; i < kRequests; i++)
    if (!used[i]) return i;
  snprintf(message, ELBO_MPI_MESSAGE, "more than %d requests at a time", kRequests - 1);
  return -1;
}

static int begun(int at, int code, const char *what, char *message) {
  if (code != MPI_SUCCESS) return failed(code, what, message);
  used[at] = 1;
  return at;
}

static int is_countable(int64_t count, char *message) {
  if (count >= 0 && count <= INT_MAX) return 1;
  snprintf(message, ELBO_MPI_MESSAGE, "%lld elements at a time are more than MPI counts", (long long)count);
  return 0;
}

static int sum(void *values, int64_t count, MPI_Datatype type, char *message) {
  int at = place(message);
  if (at < 0 || !is_countable(count, message)) return -1;
  return begun(at, MPI_Iallreduce(MPI_IN_PLACE, values, (int)count, type, MPI_SUM, collectives, &requests[at]),
               "MPI_Iallreduce", message);
}

static int sum_floats(float *values, int64_t count, char *message) { return sum(values, count, MPI_FLOAT, message); }

static int sum_doubles(double *values, int64_t count, char *message) { return sum(values, count, MPI_DOUBLE, message); }

static int broadcast(void *bytes, int64_t count, int root, char *message) {
  int at = place(message);
  if (at < 0 || !is_countable(count, message)) return -1;
  return begun(at, MPI_Ibcast(bytes, (int)count, MPI_BYTE, root, collectives, &requests[at]), "MPI_Ibcast", message);
}

static int gather(const void *own, int64_t count, void *all, char *message) {
  int at = place(message);
  if (at < 0 || !is_countable(count * size(), message)) return -1;
  return begun(at,
               MPI_Iallgather(own, (int)count, MPI_BYTE, all, (int)count, MPI_BYTE, collectives, &requests[at]),
               "MPI_Iallgather", message);
}

static int test(int request, char *message) {
  int done = 0;
  int code = MPI_Test(&requests[request], &done, MPI_STATUS_IGNORE);
  if (code != MPI_SUCCESS) {
    used[request] = 0;
    return failed(code, "MPI_Test", message);
  }
  if (done) used[request] = 0;
  return done;
}

static void report(int64_t number) {
  int done = 1;
  if (report_request != MPI_REQUEST_NULL) MPI_Test(&report_request, &done, MPI_STATUS_IGNORE);
  // The one before is still on its way: then nothing arrives there, this one neither.
  if (!done) return;
  report_number = number;
  MPI_Isend(&report_number, 1, MPI_INT64_T, 0, kReportTag, reports, &report_request);
}

static int reported(int *rank, int64_t *number) {
  int there = 0;
  MPI_Status status;
  if (MPI_Iprobe(MPI_ANY_SOURCE, kReportTag, reports, &there, &status) != MPI_SUCCESS || !there) return 0;
  *rank = status.MPI_SOURCE;
  return MPI_Recv(number, 1, MPI_INT64_T, *rank, kReportTag, reports, MPI_STATUS_IGNORE) == MPI_SUCCESS;
}

const elbo_mpi *elbo_mpi_functions(void) {
  static const elbo_mpi functions = {
      .interface = ELBO_MPI_INTERFACE,
      .start = start,
      .finish = finish,
      .abort = end_all,
      .rank = rank,
      .size = size,
      .version = version,
      .sum_floats = sum_floats,
      .sum_doubles = sum_doubles,
      .broadcast = broadcast,
      .gather = gather,
      .test = test,
      .report = report,
      .reported = reported,
  };
  return &functions;
}
