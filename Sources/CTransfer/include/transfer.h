// Downloads through libcurl, which is loaded when the first one starts: it and the thirty libraries it needs would make
// every start of the program slower.
#ifndef ELBO_TRANSFER_H
#define ELBO_TRANSFER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ELBO_TRANSFER_DONE,
  ELBO_TRANSFER_FAILED,      // network, time-out, answer of the server: `message` says which
  ELBO_TRANSFER_NO_RESUME,   // the server cannot go on in the middle: begin again
  ELBO_TRANSFER_STOPPED,     // by the callback
  ELBO_TRANSFER_UNWRITABLE,  // the file
  ELBO_TRANSFER_NO_LIBRARY,  // libcurl is not installed
} elbo_transfer_result;

enum { ELBO_TRANSFER_MESSAGE = 256 };

typedef struct {
  const char *url;
  int descriptor;        // written at its position
  int64_t from;          // bytes that are there already
  int64_t limit;         // of the whole file; more than this is refused
  int32_t connectSeconds, stallSeconds;
  /// Called several times a second with the bytes there are; not 0 stops.
  int (*progress)(void *context, int64_t done);
  void *context;
  char *message;
} elbo_transfer_request;

elbo_transfer_result elbo_transfer(const elbo_transfer_request *request);

#ifdef __cplusplus
}
#endif
#endif
