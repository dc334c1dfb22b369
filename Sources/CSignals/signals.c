#define _GNU_SOURCE
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What elbo_signals_open blocks, and what SIGPIPE did before it.
static sigset_t held;
static void (*pipe_before)(int) = SIG_DFL;

// Who starts a program with a signal ignored means it: nohup, a shell that puts it into the background.
static bool is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int elbo_signals_open(void) {
  const int unless_ignored[] = {SIGINT, SIGHUP, SIGTSTP};
  sigemptyset(&held);
  sigaddset(&held, SIGTERM);
  sigaddset(&held, SIGWINCH);
  sigaddset(&held, SIGCONT);
  for (size_t i = 0; i < sizeof unless_ignored / sizeof unless_ignored[0]; i++)
    if (!is_ignored(unless_ignored[i])) sigaddset(&held, unless_ignored[i]);
  if (pthread_sigmask(SIG_BLOCK, &held, NULL) != 0) return -1;
  pipe_before = signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

void elbo_signals_unblock(void) { pthread_sigmask(SIG_UNBLOCK, &held, NULL); }

void elbo_signals_block(void) { pthread_sigmask(SIG_BLOCK, &held, NULL); }

void elbo_signals_restore(void) {
  elbo_signals_unblock();
  signal(SIGPIPE, pipe_before);
}

int elbo_signals_next(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t got;
  do got = read(descriptor, &info, sizeof info);
  while (got < 0 && errno == EINTR);
  return got == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int elbo_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void elbo_wake_raise(int descriptor) {
  uint64_t one = 1;
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) continue;
}

void elbo_wake_clear(int descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) continue;
}

void elbo_suspend(void) {
  // Since the stop was asked for, the program may have been continued: a pending SIGCONT is younger than the stop.
  sigset_t pending;
  if (sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1) return;
  raise(SIGSTOP);
}

int elbo_wait(int process, bool stops_along) {
  int status = 0;
  while (1) {
    pid_t got = waitpid(process, &status, WUNTRACED);
    if (got < 0 && errno == EINTR) continue;
    if (got != process) return -1;
    if (!WIFSTOPPED(status)) return status;
    // Ctrl-Z in the child stops the whole job, as its shell expects; `fg` sets both going again.
    if (stops_along) raise(SIGSTOP);
    kill(process, SIGCONT);
  }
}

int elbo_process_watch(int process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  (void)process;
  return -1;
#endif
}

int elbo_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
