// Loaded into a program by LD_PRELOAD, this records what the program does to the files under $RECORDED_FOLDER: every
// write with its bytes, every truncation, sync, removal and renaming, in order, into the file $RECORDED_LOG. From it
// test_power_cuts.py makes the disks that a power cut could have left.
//
// A record: kind (1 byte: W T S U R), length of the path (4), path, offset (8), length of the data (8), data.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, #name))

static int recorded(const char *path) {
  const char *folder = getenv("RECORDED_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0 && !strstr(path, "-shm");
}

// The path of an open file, if it is one to record.
static int path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return recorded(path);
}

static void record(char kind, const char *path, int64_t offset, const void *data, int64_t length) {
  static int log = -1;
  pthread_mutex_lock(&lock);
  if (log < 0) log = open(getenv("RECORDED_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  uint32_t characters = strlen(path);
  struct iovec parts[] = {
    {&kind, 1}, {&characters, 4}, {(void *)path, characters}, {&offset, 8}, {&length, 8}, {(void *)data, length}};
  if (writev(log, parts, 6) < 0) abort();
  pthread_mutex_unlock(&lock);
}

static void record_write(int fd, const void *data, ssize_t done, off_t offset) {
  char path[PATH_MAX];
  if (done > 0 && path_of(fd, path)) record('W', path, offset, data, done);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  ssize_t done = NEXT(pwrite64, ssize_t(*)(int, const void *, size_t, off64_t))(fd, data, length, offset);
  record_write(fd, data, done, offset);
  return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t done = NEXT(write, ssize_t(*)(int, const void *, size_t))(fd, data, length);
  char path[PATH_MAX];
  if (done > 0 && path_of(fd, path)) record('W', path, lseek(fd, 0, SEEK_CUR) - done, data, done);
  return done;
}

int ftruncate64(int fd, off64_t length) {
  int result = NEXT(ftruncate64, int (*)(int, off64_t))(fd, length);
  char path[PATH_MAX];
  if (result == 0 && path_of(fd, path)) record('T', path, length, NULL, 0);
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) {
  int result = NEXT(fsync, int (*)(int))(fd);
  char path[PATH_MAX];
  if (result == 0 && path_of(fd, path)) record('S', path, 0, NULL, 0);
  return result;
}
int fdatasync(int fd) {
  int result = NEXT(fdatasync, int (*)(int))(fd);
  char path[PATH_MAX];
  if (result == 0 && path_of(fd, path)) record('S', path, 0, NULL, 0);
  return result;
}

int unlink(const char *path) {
  int result = NEXT(unlink, int (*)(const char *))(path);
  if (result == 0 && recorded(path)) record('U', path, 0, NULL, 0);
  return result;
}
int rename(const char *from, const char *to) {
  int result = NEXT(rename, int (*)(const char *, const char *))(from, to);
  if (result == 0 && recorded(from)) record('R', from, 0, to, strlen(to));
  return result;
}
