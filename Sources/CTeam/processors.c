// How many threads are worth having.
#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "team.h"

enum { kLongestPath = 4096 };

// Of a file in a directory. False when there is none.
static bool read_line(const char *directory, const char *name, char *line, int size) {
  char path[kLongestPath + 64];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool any = fgets(line, size, file) != NULL;
  fclose(file);
  return any;
}

static int processors_for(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return INT32_MAX;
  double whole = quota / period;
  return whole >= INT32_MAX ? INT32_MAX : (int)whole + ((double)(int)whole < whole ? 1 : 0);
}

// One group's own limit.
static int limit_of(const char *directory, bool isVersion2) {
  char line[128];
  if (isVersion2) {
    // "QUOTA PERIOD" in microseconds, or "max PERIOD".
    double quota = 0, period = 0;
    if (!read_line(directory, "cpu.max", line, sizeof line)) return INT32_MAX;
    return sscanf(line, "%lf %lf", &quota, &period) == 2 ? processors_for(quota, period) : INT32_MAX;
  }
  // -1 where there is no limit.
  if (!read_line(directory, "cpu.cfs_quota_us", line, sizeof line)) return INT32_MAX;
  double quota = atof(line);
  if (!read_line(directory, "cpu.cfs_period_us", line, sizeof line)) return INT32_MAX;
  return processors_for(quota, atof(line));
}

// The least limit of the group `path` below `mount` and of those around it. In a container the path may be the host's
// while the mount shows the container's own group as the root: then only the root is there to be read.
static int limit_around(const char *mount, const char *path, bool isVersion2) {
  char directory[kLongestPath];
  if (snprintf(directory, sizeof directory, "%s%s", mount, path) >= kLongestPath) return INT32_MAX;
  size_t root = strlen(mount);
  int least = INT32_MAX;
  while (true) {
    size_t length = strlen(directory);
    while (length > root && directory[length - 1] == '/') directory[--length] = 0;
    int limit = limit_of(directory, isVersion2);
    if (limit < least) least = limit;
    if (length <= root) return least;
    while (length > root && directory[length - 1] != '/') directory[--length] = 0;
  }
}

// Whether a list of controllers parted by commas names the one for processor time.
static bool names_cpu(const char *controllers) {
  for (const char *at = controllers; *at;) {
    size_t length = strcspn(at, ",");
    if (length == 3 && strncmp(at, "cpu", 3) == 0) return true;
    at += length + (at[length] == ',' ? 1 : 0);
  }
  return false;
}

int elbo_team_quota(const char *groups, const char *root) {
  FILE *file = fopen(groups, "re");
  if (!file) return INT32_MAX;
  int least = INT32_MAX;
  char line[kLongestPath];
  while (fgets(line, sizeof line, file)) {
    // "HIERARCHY:CONTROLLERS:PATH"; version 2 is hierarchy 0 and names no controllers.
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) continue;
    *path++ = 0;
    controllers++;
    bool isVersion2 = *controllers == 0;
    if (!isVersion2 && !names_cpu(controllers)) continue;
    // Version 2 lies at the root, or beside version 1 in "unified"; version 1 under its controllers' names, in either order.
    const char *names[] = {isVersion2 ? "" : "/cpu", isVersion2 ? "/unified" : "/cpu,cpuacct",
                           isVersion2 ? "" : "/cpuacct,cpu"};
    for (int i = 0; i < 3; i++) {
      char mount[kLongestPath];
      if (snprintf(mount, sizeof mount, "%s%s", root, names[i]) >= kLongestPath) continue;
      int limit = limit_around(mount, path, isVersion2);
      if (limit < least) least = limit;
    }
  }
  fclose(file);
  return least;
}

// The processors in the affinity mask, however many the machine has.
int elbo_team_affinity_count(void) {
  for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {
    cpu_set_t *set = CPU_ALLOC(most);
    if (!set) break;
    size_t size = CPU_ALLOC_SIZE(most);
    int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return INT32_MAX;
}

void elbo_team_affinity(uint8_t *mask, size_t bytes) {
  memset(mask, 0, bytes);
  int most = 1 << 20;
  cpu_set_t *set = CPU_ALLOC(most);
  if (!set) return;
  size_t size = CPU_ALLOC_SIZE(most);
  CPU_ZERO_S(size, set);
  if (sched_getaffinity(0, size, set) == 0) {
    for (size_t i = 0; i < bytes * 8; i++)
      if (CPU_ISSET_S(i, size, set)) mask[i / 8] |= (uint8_t)(1 << i % 8);
  }
  CPU_FREE(set);
}

static int quota = INT32_MAX;
static pthread_once_t quota_once = PTHREAD_ONCE_INIT;

static void read_quota(void) { quota = elbo_team_quota("/proc/self/cgroup", "/sys/fs/cgroup"); }

static atomic_int offered;

void elbo_team_offer(int threads) { atomic_store(&offered, threads); }

int elbo_team_hardware_threads(void) {
  int own = atomic_load(&offered);
  if (own > 0) return own;
  pthread_once(&quota_once, read_quota);
  long machine = sysconf(_SC_NPROCESSORS_ONLN);
  int count = elbo_team_affinity_count();
  if (quota < count) count = quota;
  if (machine > 0 && machine < count) count = (int)machine;
  return count < 1 || count == INT32_MAX ? 1 : count;
}
