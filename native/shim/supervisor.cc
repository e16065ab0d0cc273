#include "shim/supervisor.h"

#include "libcontainer/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::shim {

/** How long output may take after its process's end when somebody else holds it or a connection is slow. */
static constexpr int drain_milliseconds = 2000;
/** Exit code of a process whose end nobody saw. */
static constexpr int unknown_code = 255;

/** In static memory: its buffers cost nothing until they are used. */
Supervisor supervisor;

Text<1024> toJson(const Status& status) {
  Text<1024> json("{\"errno\":");
  json.number(status.error).append(",\"operation\":\"").json(status.operation).append("\",\"path\":\"");
  json.json(status.path).append("\"}");
  return json;
}

Status abandon(const Child& child, const Status& status) {
  channel::Message last{};
  // With the child gone, what is left in the channel is all there will be.
  kill(child.pid, SIGKILL);
  while (waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  while (channel::receive(child.channel.get(), last).ok()) {
    if (last.word == channel::Word::failed) return last.status;
  }
  return status;
}

Status Supervisor::setUp(Fd control, const Part& part) {
  part_ = part;
  channel_.ready = handleChannel;
  pidfd_.ready = handlePidfd;
  SLIPWAY_TRY(loop_.open());
  control_.setUp(loop_, handleRequest, handleDeserted);
  stdio_.setUp(loop_, part.container ? &log_ : nullptr, handleOutputEnded);
  return control_.add(std::move(control));
}

Status Supervisor::becomeReaper() {
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  SLIPWAY_TRY(check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become subreaper"));
  SLIPWAY_TRY(check(sigprocmask(SIG_BLOCK, &ended, nullptr), "block SIGCHLD"));
  children_.ready = handleChildren;
  children_.fd = Fd(signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK));
  return children_.fd ? loop_.add(children_, EPOLLIN) : failure("signalfd");
}

void Supervisor::run(Child child) {
  pid_ = child.pid;
  pidfd_.fd = std::move(child.pidfd);
  channel_.fd = std::move(child.channel);
  if (part_.place != nullptr) former_oom_kills_ = cgroup::oomKills(*part_.place);
  Status status = channel_.fd ? loop_.add(channel_, EPOLLIN) : success();
  if (status.ok()) status = loop_.add(pidfd_, EPOLLIN);
  if (!status.ok()) return reportFailure(status);
  if (!channel_.fd) {
    state_ = State::running;
    stdio_.begin();
    control_.broadcast(protocol::state, static_cast<uint32_t>(pid_), stateName());
  }
  loop_.run(handleExpired);
}

void Supervisor::reportFailure(const Status& status) {
  const auto json = toJson(status);
  control_.broadcast(protocol::failed, 0, json.view());
}

void Supervisor::runUntilHeard() {
  state_ = State::exited;
  if (!control_.empty()) loop_.run(handleExpired);
}

void Supervisor::handleChannel(Source&, uint32_t) {
  supervisor.takeMessage();
}

/** The child is ready, has failed, or (end of the channel) has become its program. */
void Supervisor::takeMessage() {
  channel::Message message{};
  Fd descriptor;
  Status status = channel::receive(channel_.fd.get(), message, &descriptor);
  if (!status.ok()) {
    loop_.remove(channel_);
    if (state_ == State::starting) {
      state_ = State::running;
      if (control_.has(starter_)) control_.send(*starter_, protocol::done, start_sequence_, 0, {});
    } else if (state_ == State::preparing) {
      failedToStart(describeEnd());
    }
    return;
  }
  if (message.word == channel::Word::console) {
    status = stdio_.setTerminal(std::move(descriptor));
    if (!status.ok()) failedToStart(status);
  } else if (message.word == channel::Word::failed) {
    failedToStart(message.status);
  } else if (message.word == channel::Word::ready) {
    // An exec is told to start before it is ready.
    state_ = starter_ == nullptr ? State::created : State::starting;
    stdio_.begin();
    control_.broadcast(protocol::state, static_cast<uint32_t>(pid_), "{\"state\":\"created\"}");
  }
}

/** The child has ended without a word: only how is known. */
Status Supervisor::describeEnd() const {
  siginfo_t info{};
  Text<64> how("init ended ");
  if (waitid(P_PIDFD, static_cast<id_t>(pidfd_.fd.get()), &info, WEXITED | WNOWAIT) < 0)
    return failure("wait for init");
  how.append(info.si_code == CLD_EXITED ? "with status " : "by signal ").number(info.si_status);
  return failure(ECHILD, "set up the container", how.view());
}

/** Nothing of it has run: the daemon learns why, and the shim ends. */
void Supervisor::failedToStart(const Status& status) {
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  const auto json = toJson(status);
  if (state_ == State::starting && control_.has(starter_)) {
    control_.send(*starter_, protocol::failed, start_sequence_, 0, json.view());
  } else {
    control_.broadcast(protocol::failed, 0, json.view());
  }
  state_ = State::exited;
  stdio_.closeConnections();
  endOnceHeard();
}

void Supervisor::handleRequest(Connection& connection, const protocol::Request& request) {
  Supervisor& self = supervisor;
  switch (request.operation) {
  case protocol::start:
    return self.start(connection, request);
  case protocol::attach:
    return self.attach(connection, request);
  case protocol::dispose:
    return self.dispose();
  case protocol::subscribe:
    return self.tellState(connection);
  case protocol::resize:
    self.stdio_.resize(static_cast<uint16_t>(request.first), static_cast<uint16_t>(request.second));
    break;
  case protocol::signal:
    // One that has just ended takes no signal, and that is no error.
    if (!self.reaped_) syscall(SYS_pidfd_send_signal, self.pidfd_.fd.get(), request.first, nullptr, 0);
    break;
  default:
    return self.control_.send(connection, protocol::failed, request.sequence, 0,
                              toJson(failure(ENOSYS, "request")).view());
  }
  self.control_.send(connection, protocol::done, request.sequence, 0, {});
}

void Supervisor::start(Connection& connection, const protocol::Request& request) {
  if (state_ == State::preparing || state_ == State::created) {
    starter_ = &connection;
    start_sequence_ = request.sequence;
    Status status = channel::send(channel_.fd.get(), channel::Word::start);
    if (!status.ok()) return failedToStart(status);
    if (state_ == State::created) state_ = State::starting;
    return;
  }
  const int reason = state_ == State::exited ? ESRCH : EALREADY;
  control_.send(connection, protocol::failed, request.sequence, 0, toJson(failure(reason, "start")).view());
}

void Supervisor::attach(Connection& connection, const protocol::Request& request) {
  control_.send(connection, protocol::done, request.sequence, 0, {});
  Fd socket = control_.take(connection);
  if (state_ != State::exited) static_cast<void>(stdio_.attach(std::move(socket), request.first));
}

std::string_view Supervisor::stateName() const {
  switch (state_) {
  case State::preparing:
  case State::created:
    return "{\"state\":\"created\"}";
  case State::exited:
    return "{\"state\":\"exited\"}";
  default:
    return "{\"state\":\"running\"}";
  }
}

void Supervisor::tellState(Connection& connection) {
  control_.send(connection, protocol::state, 0, static_cast<uint32_t>(pid_), stateName());
  if (state_ == State::exited) control_.send(connection, protocol::exit, 0, 0, record_.view());
}

void Supervisor::handlePidfd(Source&, uint32_t) {
  supervisor.reap();
}

/** Orphans that are not the process itself, whose end comes through its pidfd. */
void Supervisor::handleChildren(Source& source, uint32_t) {
  signalfd_siginfo signal{};
  while (read(source.fd.get(), &signal, sizeof signal) > 0) {
  }
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) return;
    const bool is_process = info.si_pid == supervisor.pid_ && !supervisor.reaped_;
    if (is_process) supervisor.reap();
    if (is_process ? !supervisor.reaped_ : waitpid(info.si_pid, nullptr, WNOHANG) <= 0) return;
  }
}

void Supervisor::reap() {
  // What the child said last, or its execve, came before its end.
  while (channel_.fd && state_ != State::exited) takeMessage();
  if (state_ == State::exited) return;
  siginfo_t info{};
  if (reaped_) return;
  if (waitid(P_PIDFD, static_cast<id_t>(pidfd_.fd.get()), &info, WEXITED) < 0) {
    // A runtime may leave a process that is nobody's child here; how it ended then stays unknown.
    if (errno != ECHILD) return;
    info.si_code = CLD_EXITED;
    info.si_status = unknown_code;
  }
  clock_gettime(CLOCK_REALTIME, &exit_.at);
  reaped_ = true;
  exit_.signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
  exit_.code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  if (part_.place != nullptr) exit_.oom = cgroup::oomKills(*part_.place) > former_oom_kills_;
  loop_.remove(pidfd_);
  if (stdio_.ended()) return finish();
  loop_.setDeadline(drain_milliseconds);
}

void Supervisor::handleOutputEnded() {
  if (supervisor.reaped_ && supervisor.state_ != State::exited) supervisor.finish();
}

void Supervisor::handleExpired() {
  supervisor.stdio_.finish();
  if (supervisor.state_ != State::exited) supervisor.finish();
}

/** The process has ended and its output is where it belongs. */
void Supervisor::finish() {
  state_ = State::exited;
  loop_.setDeadline(0);
  // Whoever hears of the exit may remove the log.
  log_.stopCompressing();
  record_.append("{\"exitCode\":").number(exit_.code).append(",\"signal\":").number(exit_.signal);
  record_.append(",\"oomKilled\":").append(exit_.oom ? "true" : "false").append(",\"finishedAt\":");
  // Milliseconds with six decimals.
  Text<24> fraction;
  fraction.number(1'000'000 + exit_.at.tv_nsec % 1'000'000);
  record_.number(exit_.at.tv_sec * 1000 + exit_.at.tv_nsec / 1'000'000)
      .append(".")
      .append(fraction.view().substr(1))
      .append("}");
  if (part_.container) static_cast<void>(file::replace(AT_FDCWD, "exit.json", record_.view(), 0600));
  // First the exit: whoever has seen a stream end may ask for it.
  control_.broadcast(protocol::exit, 0, record_.view());
  stdio_.closeConnections();
  endOnceHeard();
}

/** A socket that is closed while the daemon writes to it breaks on its side, and takes along what it has not read yet.
 */
void Supervisor::endOnceHeard() {
  if (disposing_ || control_.empty()) end();
}

void Supervisor::dispose() {
  disposing_ = true;
  if (state_ == State::exited) return end();
  if (part_.place != nullptr) static_cast<void>(cgroup::freeze(*part_.place, false));
  // Its end comes through the pidfd.
  kill(pid_, SIGKILL);
  if (state_ == State::preparing || state_ == State::created) failedToStart(failure(ECANCELED, "start"));
}

void Supervisor::handleDeserted() {
  const State state = supervisor.state_;
  if (state == State::exited) return supervisor.end();
  // A container waits for the next daemon; an exec that was not told to start never will be.
  const bool waiting = state == State::preparing || state == State::created;
  if (waiting && !supervisor.part_.container) supervisor.dispose();
}

/** Takes back what is the shim's to take back. */
void Supervisor::end() {
  loop_.stop();
  if (part_.place == nullptr) return;
  Arena arena;
  // Only a container that shares another's pid namespace leaves processes behind.
  Status status = cgroup::remove(*part_.place);
  if (status.error != EBUSY) return;
  static_cast<void>(cgroup::kill(arena, *part_.place));
  static_cast<void>(cgroup::remove(*part_.place));
}

} // namespace slipway::shim
