#define _GNU_SOURCE
#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "signal_word.h"
#include "team.h"

typedef struct Crew Crew;

typedef struct {
  SignalWord ticket;  // the number of the newest region this worker takes part in; 0 to end
  Crew *crew;
  int thread;
  pthread_t handle;
} Worker;

struct Crew {
  SignalWord done;  // the number of the newest region that every worker has left
  _Alignas(64) atomic_int running;
  void (*body)(void *, int);
  void *context;
  int region;
  int count;
  int limit;
  Worker **workers;
};

static _Thread_local Crew *own_crew;
static _Thread_local bool is_inside;
static _Thread_local int most_workers = INT32_MAX;
static pthread_key_t crew_key;
static pthread_once_t crew_once = PTHREAD_ONCE_INIT;

static void *work(void *argument) {
  Worker *worker = argument;
  Crew *crew = worker->crew;
  int limit = kLongestSpin;
  is_inside = true;
  for (int seen = -1;;) {
    signal_wait(&worker->ticket, seen, &limit);
    seen = atomic_load_explicit(&worker->ticket.value, memory_order_acquire);
    if (seen == 0) return NULL;
    crew->body(crew->context, worker->thread);
    if (atomic_fetch_sub_explicit(&crew->running, 1, memory_order_acq_rel) == 1) signal_set(&crew->done, seen);
  }
}

static void dismiss(void *argument) {
  Crew *crew = argument;
  for (int i = 0; i < crew->count; i++) {
    signal_set(&crew->workers[i]->ticket, 0);
    pthread_join(crew->workers[i]->handle, NULL);
    free(crew->workers[i]);
  }
  free(crew->workers);
  free(crew);
}

static void make_key(void) { pthread_key_create(&crew_key, dismiss); }

// Signals are for the threads that expect them.
static bool start(Worker *worker) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&worker->handle, NULL, work, worker) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (started) pthread_setname_np(worker->handle, "elbo-team");
  return started;
}

static bool hire(Crew *crew, int count) {
  if (count > most_workers) return false;
  if (crew->count >= count) return true;
  Worker **workers = realloc(crew->workers, (size_t)count * sizeof *workers);
  if (!workers) return false;
  crew->workers = workers;
  for (; crew->count < count; crew->count++) {
    Worker *worker = aligned_alloc(64, sizeof *worker);
    if (!worker) return false;
    *worker = (Worker){.crew = crew, .thread = crew->count + 1};
    atomic_init(&worker->ticket.value, -1);
    if (!start(worker)) {
      free(worker);
      return false;
    }
    workers[crew->count] = worker;
  }
  return true;
}

void elbo_team_limit(int workers) { most_workers = workers < 0 ? INT32_MAX : workers; }

bool elbo_workers_run(void (*body)(void *context, int thread), void *context, int threads) {
  if (is_inside) return false;
  if (!own_crew) {
    pthread_once(&crew_once, make_key);
    Crew *crew = aligned_alloc(64, sizeof *crew);
    if (!crew) return false;
    *crew = (Crew){.limit = kLongestSpin};
    own_crew = crew;
    pthread_setspecific(crew_key, crew);
  }
  Crew *crew = own_crew;
  if (!hire(crew, threads - 1)) return false;
  int last = crew->region;
  crew->region = last == INT32_MAX ? 1 : last + 1;
  crew->body = body;
  crew->context = context;
  atomic_store_explicit(&crew->running, threads - 1, memory_order_relaxed);
  is_inside = true;
  for (int i = 0; i < threads - 1; i++) signal_set(&crew->workers[i]->ticket, crew->region);
  body(context, 0);
  // `done` still says the region before until the last worker leaves this one.
  if (threads > 1 && atomic_load_explicit(&crew->done.value, memory_order_acquire) != crew->region) {
    signal_wait(&crew->done, last, &crew->limit);
  }
  is_inside = false;
  return true;
}
