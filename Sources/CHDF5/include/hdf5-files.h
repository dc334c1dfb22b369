// HDF5 files through libhdf5, which is opened when the first of them is read. Not for several threads at once.
#ifndef ELBO_HDF5_FILES_H
#define ELBO_HDF5_FILES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ELBO_HDF5_MESSAGE = 256, ELBO_HDF5_RANK = 8 };

typedef struct elbo_hdf5 elbo_hdf5;

typedef enum { ELBO_HDF5_GROUP, ELBO_HDF5_INTEGERS, ELBO_HDF5_BYTES, ELBO_HDF5_FLOATS, ELBO_HDF5_TEXTS, ELBO_HDF5_OTHER } elbo_hdf5_kind;

/// What lies under a name.
typedef struct {
  elbo_hdf5_kind kind;
  int32_t itemSize;  // bytes of a number as stored
  int32_t rank;
  int64_t extents[ELBO_HDF5_RANK];
} elbo_hdf5_object;

/// NULL with the reason in `message`.
elbo_hdf5 *elbo_hdf5_open(const char *path, char *message);
void elbo_hdf5_close(elbo_hdf5 *file);

/// How many objects lie in a group, and the name of one; 0 and false where there is no such group.
int64_t elbo_hdf5_count(elbo_hdf5 *file, const char *group);
int elbo_hdf5_name(elbo_hdf5 *file, const char *group, int64_t index, char *name, size_t capacity);

/// False where nothing has this name.
int elbo_hdf5_describe(elbo_hdf5 *file, const char *name, elbo_hdf5_object *object);

/// Rows `begin` ..< `end` of the first axis of a dataset, all of a rank of 0, converted to the type of `size` bytes: 1 uint8, 4 float
/// or int32 (where `isInteger`), 8 double. False with the reason in `message`.
int elbo_hdf5_read(elbo_hdf5 *file, const char *name, int64_t begin, int64_t end, int size, int isInteger, void *to,
                   char *message);

/// Calls `use` with every text of a dataset of texts, in order.
int elbo_hdf5_texts(elbo_hdf5 *file, const char *name, void *context, void (*use)(void *, const char *, size_t),
                    char *message);

/// An attribute of an object as text, or as up to `count` integers: how many there are; -1 where there is none.
int elbo_hdf5_attribute_text(elbo_hdf5 *file, const char *object, const char *name, char *text, size_t capacity);
int64_t elbo_hdf5_attribute_integers(elbo_hdf5 *file, const char *object, const char *name, int64_t *to, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
