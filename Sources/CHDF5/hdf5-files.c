#include "hdf5-files.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The types and names of the library alone: its functions are found when they are needed.
#include <hdf5/serial/hdf5.h>

#define FUNCTIONS(use)                                                                                               \
  use(H5open) use(H5Fopen) use(H5Fclose) use(H5Oopen) use(H5Oclose) use(H5Iget_type) use(H5Gget_info)                \
  use(H5Lget_name_by_idx) use(H5Lexists) use(H5Dget_space) use(H5Dget_type) use(H5Dread) use(H5Sclose)               \
  use(H5Sget_simple_extent_ndims) use(H5Sget_simple_extent_dims) use(H5Sget_simple_extent_npoints)                   \
  use(H5Screate_simple) use(H5Sselect_hyperslab) use(H5Tget_class) use(H5Tget_size) use(H5Tget_sign) use(H5Tcopy)    \
  use(H5Tset_size) use(H5Tset_cset) use(H5Tget_cset) use(H5Tis_variable_str) use(H5Tclose) use(H5Dvlen_reclaim)      \
  use(H5Aexists) use(H5Aopen) use(H5Aget_type) use(H5Aget_space) use(H5Aread) use(H5Aclose) use(H5Eset_auto2)        \
  use(H5Tget_super)

static struct {
#define DECLARE(name) __typeof__(&name) name;
  FUNCTIONS(DECLARE)
#undef DECLARE
  hid_t *uint8, *int32, *int64, *float32, *float64, *text;
  int isThere;
} lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  static const char *const names[] = {
      "libhdf5_serial.so.103", "libhdf5_serial.so.310", "libhdf5.so.103", "libhdf5.so.200", "libhdf5.so.310", "libhdf5.so",
  };
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  lib.isThere = 1;
#define FIND(name) \
  if (!(lib.name = (__typeof__(&name))dlsym(library, #name))) lib.isThere = 0;
  FUNCTIONS(FIND)
#undef FIND
  if (!lib.isThere || lib.H5open() < 0) {
    lib.isThere = 0;
    return;
  }
  lib.H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  lib.uint8 = dlsym(library, "H5T_NATIVE_UINT8_g");
  lib.int32 = dlsym(library, "H5T_NATIVE_INT32_g");
  lib.int64 = dlsym(library, "H5T_NATIVE_INT64_g");
  lib.float32 = dlsym(library, "H5T_NATIVE_FLOAT_g");
  lib.float64 = dlsym(library, "H5T_NATIVE_DOUBLE_g");
  lib.text = dlsym(library, "H5T_C_S1_g");
  lib.isThere = lib.uint8 && lib.int32 && lib.int64 && lib.float32 && lib.float64 && lib.text;
}

struct elbo_hdf5 {
  hid_t file;
};

elbo_hdf5 *elbo_hdf5_open(const char *path, char *message) {
  pthread_once(&once, load);
  if (!lib.isThere) {
    snprintf(message, ELBO_HDF5_MESSAGE, "HDF5 files need the library of the package libhdf5-dev");
    return NULL;
  }
  // H5F_ACC_RDONLY: the macro would call functions of the library that is not linked.
  const hid_t file = lib.H5Fopen(path, 0, H5P_DEFAULT);
  elbo_hdf5 *handle = file < 0 ? NULL : malloc(sizeof *handle);
  if (!handle) {
    snprintf(message, ELBO_HDF5_MESSAGE, "the HDF5 file is damaged or incomplete");
    return NULL;
  }
  handle->file = file;
  return handle;
}

void elbo_hdf5_close(elbo_hdf5 *file) {
  if (!file) return;
  lib.H5Fclose(file->file);
  free(file);
}

/// An object, or a negative number; every part of a path must be there, or the library complains.
static hid_t open_object(elbo_hdf5 *file, const char *name) {
  if (strcmp(name, "/") != 0) {
    char part[1024];
    for (const char *at = strchr(name + 1, '/'); ; at = strchr(at + 1, '/')) {
      const size_t length = at ? (size_t)(at - name) : strlen(name);
      if (length >= sizeof part) return -1;
      memcpy(part, name, length);
      part[length] = 0;
      if (lib.H5Lexists(file->file, part, H5P_DEFAULT) <= 0) return -1;
      if (!at) break;
    }
  }
  return lib.H5Oopen(file->file, name, H5P_DEFAULT);
}

int64_t elbo_hdf5_count(elbo_hdf5 *file, const char *group) {
  const hid_t object = open_object(file, group);
  if (object < 0) return 0;
  H5G_info_t info;
  const int64_t count = lib.H5Iget_type(object) == H5I_GROUP && lib.H5Gget_info(object, &info) >= 0 ? (int64_t)info.nlinks : 0;
  lib.H5Oclose(object);
  return count;
}

int elbo_hdf5_name(elbo_hdf5 *file, const char *group, int64_t index, char *name, size_t capacity) {
  return lib.H5Lget_name_by_idx(file->file, group, H5_INDEX_NAME, H5_ITER_NATIVE, (hsize_t)index, name, capacity,
                                H5P_DEFAULT) > 0;
}

static void describe_type(hid_t type, elbo_hdf5_object *object) {
  object->itemSize = (int32_t)lib.H5Tget_size(type);
  switch (lib.H5Tget_class(type)) {
    case H5T_INTEGER:
      object->kind = object->itemSize == 1 && lib.H5Tget_sign(type) == H5T_SGN_NONE ? ELBO_HDF5_BYTES : ELBO_HDF5_INTEGERS;
      break;
    // What h5py makes of bool.
    case H5T_ENUM: object->kind = object->itemSize == 1 ? ELBO_HDF5_BYTES : ELBO_HDF5_INTEGERS; break;
    case H5T_FLOAT: object->kind = ELBO_HDF5_FLOATS; break;
    case H5T_STRING: object->kind = ELBO_HDF5_TEXTS; break;
    default: object->kind = ELBO_HDF5_OTHER; break;
  }
}

int elbo_hdf5_describe(elbo_hdf5 *file, const char *name, elbo_hdf5_object *object) {
  memset(object, 0, sizeof *object);
  const hid_t id = open_object(file, name);
  if (id < 0) return 0;
  int done = 1;
  if (lib.H5Iget_type(id) == H5I_GROUP) {
    object->kind = ELBO_HDF5_GROUP;
  } else if (lib.H5Iget_type(id) == H5I_DATASET) {
    const hid_t type = lib.H5Dget_type(id), space = lib.H5Dget_space(id);
    describe_type(type, object);
    hsize_t extents[H5S_MAX_RANK];
    object->rank = lib.H5Sget_simple_extent_ndims(space);
    if (object->rank < 0 || object->rank > ELBO_HDF5_RANK) {
      done = 0;
    } else {
      lib.H5Sget_simple_extent_dims(space, extents, NULL);
      for (int i = 0; i < object->rank; i++) object->extents[i] = (int64_t)extents[i];
    }
    lib.H5Tclose(type);
    lib.H5Sclose(space);
  } else {
    object->kind = ELBO_HDF5_OTHER;
  }
  lib.H5Oclose(id);
  return done;
}

int elbo_hdf5_read(elbo_hdf5 *file, const char *name, int64_t begin, int64_t end, int size, int isInteger, void *to,
                   char *message) {
  elbo_hdf5_object object;
  if (!elbo_hdf5_describe(file, name, &object)) return 0;
  const hid_t id = open_object(file, name);
  hid_t type = size == 1 ? *lib.uint8 : size == 8 ? *lib.float64 : isInteger ? *lib.int32 : *lib.float32;
  // A bool of h5py is an enumeration: its numbers are read as they are.
  hid_t stored = lib.H5Dget_type(id), own = -1;
  if (lib.H5Tget_class(stored) == H5T_ENUM) type = own = lib.H5Tcopy(stored);
  lib.H5Tclose(stored);
  const hid_t space = lib.H5Dget_space(id);
  hid_t memory = H5S_ALL;
  int done = 1;
  if (object.rank > 0) {
    hsize_t start[ELBO_HDF5_RANK] = {0}, count[ELBO_HDF5_RANK];
    for (int i = 0; i < object.rank; i++) count[i] = (hsize_t)object.extents[i];
    start[0] = (hsize_t)begin;
    count[0] = (hsize_t)(end - begin);
    memory = lib.H5Screate_simple(object.rank, count, NULL);
    done = memory >= 0 && lib.H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
  }
  if (done) done = lib.H5Dread(id, type, memory, object.rank > 0 ? space : H5S_ALL, H5P_DEFAULT, to) >= 0;
  if (!done) {
    snprintf(message, ELBO_HDF5_MESSAGE, "'%s' cannot be read: it is damaged, or compressed with a filter that libhdf5 does not have", name);
  }
  if (memory != H5S_ALL && memory >= 0) lib.H5Sclose(memory);
  if (own >= 0) lib.H5Tclose(own);
  lib.H5Sclose(space);
  lib.H5Oclose(id);
  return done;
}

static size_t width_of(const char *text, size_t width) {
  const char *end = memchr(text, 0, width);
  return end ? (size_t)(end - text) : width;
}

int elbo_hdf5_texts(elbo_hdf5 *file, const char *name, void *context, void (*use)(void *, const char *, size_t),
                    char *message) {
  const hid_t id = open_object(file, name);
  if (id < 0) return 0;
  const hid_t type = lib.H5Dget_type(id), space = lib.H5Dget_space(id);
  const hssize_t count = lib.H5Sget_simple_extent_npoints(space);
  const size_t width = lib.H5Tget_size(type);
  const int isVariable = lib.H5Tis_variable_str(type) > 0;
  int done = 0;
  if (count >= 0 && count < (hssize_t)1 << 32 && width > 0 && width < 1 << 20) {
    void *buffer = calloc((size_t)count + 1, isVariable ? sizeof(char *) : width);
    if (buffer) done = lib.H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer) >= 0;
    for (hssize_t i = 0; done && i < count; i++) {
      const char *text = isVariable ? ((char **)buffer)[i] : (char *)buffer + (size_t)i * width;
      use(context, text ? text : "", !text ? 0 : isVariable ? strlen(text) : width_of(text, width));
    }
    if (done && isVariable) lib.H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
    free(buffer);
  }
  if (!done) snprintf(message, ELBO_HDF5_MESSAGE, "the texts of '%s' cannot be read", name);
  lib.H5Tclose(type);
  lib.H5Sclose(space);
  lib.H5Oclose(id);
  return done;
}

int elbo_hdf5_attribute_text(elbo_hdf5 *file, const char *object, const char *name, char *text, size_t capacity) {
  const hid_t id = open_object(file, object);
  if (id < 0) return 0;
  int done = 0;
  if (lib.H5Aexists(id, name) > 0) {
    const hid_t attribute = lib.H5Aopen(id, name, H5P_DEFAULT), type = lib.H5Aget_type(attribute), space = lib.H5Aget_space(attribute);
    if (lib.H5Tget_class(type) == H5T_STRING && lib.H5Sget_simple_extent_npoints(space) == 1) {
      const size_t width = lib.H5Tget_size(type);
      if (lib.H5Tis_variable_str(type) > 0) {
        char *value = NULL;
        done = lib.H5Aread(attribute, type, &value) >= 0 && value;
        if (done) snprintf(text, capacity, "%s", value);
        if (done) lib.H5Dvlen_reclaim(type, space, H5P_DEFAULT, &value);
      } else if (width < 4096) {
        char value[4097] = {0};
        done = lib.H5Aread(attribute, type, value) >= 0;
        if (done) snprintf(text, capacity, "%s", value);
      }
    }
    lib.H5Sclose(space);
    lib.H5Tclose(type);
    lib.H5Aclose(attribute);
  }
  lib.H5Oclose(id);
  return done;
}

int64_t elbo_hdf5_attribute_integers(elbo_hdf5 *file, const char *object, const char *name, int64_t *to, int64_t count) {
  const hid_t id = open_object(file, object);
  if (id < 0) return -1;
  int64_t found = -1;
  if (lib.H5Aexists(id, name) > 0) {
    const hid_t attribute = lib.H5Aopen(id, name, H5P_DEFAULT), type = lib.H5Aget_type(attribute), space = lib.H5Aget_space(attribute);
    const hssize_t there = lib.H5Sget_simple_extent_npoints(space);
    if (lib.H5Tget_class(type) == H5T_INTEGER && there >= 0 && there <= count &&
        lib.H5Aread(attribute, *lib.int64, to) >= 0) {
      found = there;
    }
    lib.H5Sclose(space);
    lib.H5Tclose(type);
    lib.H5Aclose(attribute);
  }
  lib.H5Oclose(id);
  return found;
}
