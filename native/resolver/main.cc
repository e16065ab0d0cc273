#include "resolver/control.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

/**
 * slipway-resolver SOCKET: the embedded DNS servers of a daemon's containers. It is told by the daemon what to answer,
 * goes on answering while there is none, and ends when nobody is connected and no container is left.
 */
namespace slipway::resolver {

/** How long it waits for the daemon that started it. */
static constexpr int patience_milliseconds = 30'000;

/** Stands on its own: no terminal, no signal and no end of the daemon's reaches it. */
static void detach() {
  setsid();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  umask(0177);
  if (chdir("/") < 0) _exit(1);
  syscall(SYS_close_range, 3U, ~0U, 0U);
  // Each container takes a handful of descriptors.
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

/** Keeps the next resolver from this socket's name until this one has ended. */
static Status takeName(const std::string& path, Fd& lock) {
  const std::string name = path + ".lock";
  lock = Fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failure("open", name);
  return check(::flock(lock.get(), LOCK_EX), "lock", name);
}

static Status listenAt(const std::string& path, Fd& out) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure(ENAMETOOLONG, "listen", path);
  path.copy(address.sun_path, path.size());
  unlink(path.c_str());
  out = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!out) return failure("open socket");
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  SLIPWAY_TRY(check(::bind(out.get(), generic, sizeof address), "bind", path));
  return check(::listen(out.get(), 64), "listen", path);
}

/** Tells who started it that it can be connected to. */
static void tellReady() {
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, "ready\n", 6);
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing.get(), fd);
}

static Status serve(const std::string& path) {
  Fd lock;
  SLIPWAY_TRY(takeName(path, lock));
  Fd listener;
  SLIPWAY_TRY(listenAt(path, listener));
  Loop loop;
  SLIPWAY_TRY(loop.open());
  Control control(loop);
  control.listen(std::move(listener));
  tellReady();
  bool awaited = true;
  const uint64_t patience = loop.after(patience_milliseconds, [&awaited] { awaited = false; });
  loop.run([&] {
    if (!control.isNeeded()) return awaited;
    awaited = false;
    loop.cancel(patience);
    return true;
  });
  unlink(path.c_str());
  return success();
}

} // namespace slipway::resolver

int main(int count, char** arguments) {
  if (count != 2) return 2;
  slipway::resolver::detach();
  return slipway::resolver::serve(arguments[1]).ok() ? 0 : 1;
}
