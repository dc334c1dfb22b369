// gnuplot-iostream carries the commands; this file owns the process around it: spawning, polling, time limits.
#include "gnuplot.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <gnuplot-iostream.h>

extern char **environ;

namespace {

using Clock = std::chrono::steady_clock;

int64_t milliseconds_until(Clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment - Clock::now()).count();
}

// Holds SIGPIPE back on this thread and swallows the one that a write to a dead gnuplot raises.
class PipeSignalHeld {
 public:
  PipeSignalHeld() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalHeld() {
    if (!was_pending_) {
      const timespec none{};
      while (sigtimedwait(&pipe_, nullptr, &none) == -1 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_;
};

// Descriptors stay clear of 0…9 so that moving them onto 0…3 in the child never overwrites one still needed.
int moved_up(int fd) {
  if (fd < 0) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  const int error = errno;
  close(fd);
  errno = error;
  return moved;
}

struct Descriptor {
  int fd = -1;
  ~Descriptor() { reset(); }
  void reset(int other = -1) {
    if (fd >= 0) close(fd);
    fd = other;
  }
  int release() {
    const int taken = fd;
    fd = -1;
    return taken;
  }
};

bool open_pipe(Descriptor &read_end, Descriptor &write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end.reset(moved_up(ends[0]));
  write_end.reset(moved_up(ends[1]));
  return read_end.fd >= 0 && write_end.fd >= 0;
}

}  // namespace

struct elbo_gnuplot {
  pid_t pid = -1;
  Descriptor output_end, message_end, data;
  int command_fd = -1;
  std::unique_ptr<gnuplotio::Gnuplot> stream;
  std::string output, messages;
};

int elbo_gnuplot_start(const char *program, elbo_gnuplot **started) {
  *started = nullptr;
  std::unique_ptr<elbo_gnuplot> process(new (std::nothrow) elbo_gnuplot);
  if (!process) return ENOMEM;
  Descriptor child_in, child_out, child_err, command_end;
  if (!open_pipe(child_in, command_end) || !open_pipe(process->output_end, child_out)
      || !open_pipe(process->message_end, child_err)) return errno;
  process->data.reset(moved_up(memfd_create("elbo-figure", MFD_CLOEXEC)));
  if (process->data.fd < 0) return errno;
  fcntl(process->output_end.fd, F_SETPIPE_SZ, 1 << 20);
  fcntl(process->output_end.fd, F_SETFL, O_NONBLOCK);
  fcntl(process->message_end.fd, F_SETFL, O_NONBLOCK);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, child_in.fd, 0);
  posix_spawn_file_actions_adddup2(&actions, child_out.fd, 1);
  posix_spawn_file_actions_adddup2(&actions, child_err.fd, 2);
  posix_spawn_file_actions_adddup2(&actions, process->data.fd, ELBO_GNUPLOT_DATA_FD);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  // -d: the user's ~/.gnuplot has no say in how figures look.
  std::string name(program), flag("-d");
  char *arguments[] = {&name[0], &flag[0], nullptr};
  const int error = posix_spawnp(&process->pid, program, &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return error;

  FILE *file = fdopen(command_end.fd, "w");
  if (!file) {
    const int cause = errno;
    kill(-process->pid, SIGKILL);
    waitpid(process->pid, nullptr, 0);
    return cause;
  }
  process->command_fd = command_end.release();
  try {
    process->stream = std::make_unique<gnuplotio::Gnuplot>(file);
  } catch (...) {
    fclose(file);
    kill(-process->pid, SIGKILL);
    waitpid(process->pid, nullptr, 0);
    return ENOMEM;
  }
  *started = process.release();
  return 0;
}

int elbo_gnuplot_clear_data(elbo_gnuplot *process) {
  if (ftruncate(process->data.fd, 0) != 0) return errno;
  return lseek(process->data.fd, 0, SEEK_SET) < 0 ? errno : 0;
}

int elbo_gnuplot_append_data(elbo_gnuplot *process, const void *bytes, size_t count) {
  const char *next = static_cast<const char *>(bytes);
  while (count > 0) {
    const ssize_t written = write(process->data.fd, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    next += written;
    count -= size_t(written);
  }
  return 0;
}

// Reads what is there; false at end of file.
static bool drain(int fd, std::string &into) {
  char buffer[65536];
  for (;;) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got > 0) {
      into.append(buffer, size_t(got));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else {
      return got < 0 && errno == EAGAIN;
    }
  }
}

static bool has_line(const std::string &text, const std::string &start) {
  size_t at = text.compare(0, start.size(), start) == 0 ? 0 : text.find("\n" + start);
  if (at == std::string::npos) return false;
  return text.find('\n', at + 1) != std::string::npos;
}

int elbo_gnuplot_run(
  elbo_gnuplot *process, const char *commands, size_t count, const char *acknowledgement, int64_t milliseconds,
  bool (*canceled)(void *), void *context) try {
  // A blocking write of at most this much cannot wait once poll has said "writable" (POSIX: PIPE_BUF bytes are free).
  const size_t chunk = 4096;
  const PipeSignalHeld held;
  const auto limit = Clock::now() + std::chrono::milliseconds(milliseconds);
  const std::string mark(acknowledgement);
  process->output.clear();
  process->messages.clear();
  bool output_open = true, messages_open = true, writable = true;
  while (output_open || messages_open) {
    if (canceled && canceled(context)) return ELBO_GNUPLOT_CANCELLED;
    const int64_t left = milliseconds_until(limit);
    if (left <= 0) return ELBO_GNUPLOT_TIMED_OUT;
    pollfd polled[3] = {
      {output_open ? process->output_end.fd : -1, POLLIN, 0}, {messages_open ? process->message_end.fd : -1, POLLIN, 0},
      {writable && count > 0 ? process->command_fd : -1, POLLOUT, 0}};
    if (poll(polled, 3, int(std::min<int64_t>(left, 20))) < 0 && errno != EINTR) return errno;
    if (polled[0].revents) output_open = drain(process->output_end.fd, process->output);
    if (polled[1].revents) messages_open = drain(process->message_end.fd, process->messages);
    if (polled[2].revents & (POLLERR | POLLHUP)) {
      writable = false;
    } else if (polled[2].revents & POLLOUT) {
      const size_t part = std::min(count, chunk);
      process->stream->write(commands, std::streamsize(part));
      process->stream->flush();
      if (!*process->stream) writable = false;
      commands += part;
      count -= part;
    }
    if (has_line(process->messages, mark)) {
      // The picture was flushed before the acknowledgement was printed: what is in the pipe now is all of it.
      drain(process->output_end.fd, process->output);
      return ELBO_GNUPLOT_OK;
    }
  }
  return ELBO_GNUPLOT_DIED;
} catch (const std::bad_alloc &) {
  return ENOMEM;
} catch (...) {
  return ELBO_GNUPLOT_DIED;
}

const char *elbo_gnuplot_output(const elbo_gnuplot *process, size_t *count) {
  *count = process->output.size();
  return process->output.data();
}

const char *elbo_gnuplot_messages(const elbo_gnuplot *process, size_t *count) {
  *count = process->messages.size();
  return process->messages.data();
}

int elbo_gnuplot_pid(const elbo_gnuplot *process) { return process->pid; }

int elbo_gnuplot_stop(elbo_gnuplot *process, int64_t grace) {
  std::unique_ptr<elbo_gnuplot> owned(process);
  int status = 0;
  {
    const PipeSignalHeld held;
    owned->stream.reset();
  }
  owned->output_end.reset();
  owned->message_end.reset();
  const auto limit = Clock::now() + std::chrono::milliseconds(grace);
  while (true) {
    const pid_t reaped = waitpid(owned->pid, &status, WNOHANG);
    if (reaped == owned->pid || (reaped < 0 && errno != EINTR)) return status;
    if (milliseconds_until(limit) <= 0) break;
    usleep(2000);
  }
  kill(-owned->pid, SIGKILL);
  while (waitpid(owned->pid, &status, 0) < 0 && errno == EINTR) {}
  return status;
}
