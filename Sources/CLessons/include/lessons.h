// The sessions of sessions/ and the files that they read, inside the program.
#ifndef ELBO_LESSONS_H
#define ELBO_LESSONS_H

#include <stddef.h>

/// A file as it lies in sessions/: its name, such as "quickstart.session" or "files/trees.csv", and its bytes.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} elbo_lesson_file;

/// The file at `index`; nothing (a null name) behind the last one.
elbo_lesson_file elbo_lesson_file_at(size_t index);

#endif
