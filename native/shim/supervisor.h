#pragma once

#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/json_log.h"
#include "shim/channel.h"
#include "shim/control.h"
#include "shim/loop.h"
#include "shim/stdio.h"

#include <sys/types.h>
#include <time.h>

namespace slipway::shim {

/** How a process ended. */
struct Exit {
  int code = 0;
  int signal = 0;
  bool oom = false;
  timespec at{};
};

/** A child that was made and what the shim keeps of it. */
struct Child {
  pid_t pid = -1;
  Fd pidfd;
  Fd channel;
};

/**
 * Watches over one process from its making to its end: the same for a container's init and for an exec. What differs
 * is told by `Part`.
 */
struct Part {
  /** True for a container: its end is recorded, and other daemons may connect to hear of it. */
  bool container = false;
  /** The cgroup to be removed at the end, nullptr to leave it. */
  cgroup::Place* place = nullptr;
};

class Supervisor {
public:
  /** Sets up the loop, the control connection to the daemon that started the shim, and stdio. */
  Status setUp(Fd control, const Part& part);

  Stdio& stdio() { return stdio_; }

  Control& control() { return control_; }

  JsonLog& log() { return log_; }

  Loop& loop() { return loop_; }

  /**
   * Makes the shim the parent of what its children leave behind, from now on: the process to supervise may be one of
   * them, the others are reaped.
   */
  Status becomeReaper();

  /**
   * Supervises the child until everything is over. One without a channel is its program already, or waits elsewhere.
   */
  void run(Child child);

  /** Tells the daemon that nothing was made. */
  void reportFailure(const Status& status);

  /** Stays after a failure until the daemon has closed its connection, having read all that was told. */
  void runUntilHeard();

private:
  enum class State { preparing, created, starting, running, exited };

  static void handleRequest(Connection& connection, const protocol::Request& request);
  static void handleDeserted();
  static void handleExpired();
  static void handleOutputEnded();
  static void handleChannel(Source& source, uint32_t events);
  static void handlePidfd(Source& source, uint32_t events);
  static void handleChildren(Source& source, uint32_t events);

  void takeMessage();
  Status describeEnd() const;
  void failedToStart(const Status& status);
  void attach(Connection& connection, const protocol::Request& request);
  void start(Connection& connection, const protocol::Request& request);
  void dispose();
  void reap();
  void finish();
  void endOnceHeard();
  void end();
  void tellState(Connection& connection);
  std::string_view stateName() const;

  Part part_;
  State state_ = State::preparing;
  bool reaped_ = false;
  bool disposing_ = false;
  uint64_t former_oom_kills_ = 0;
  Connection* starter_ = nullptr;
  uint32_t start_sequence_ = 0;
  pid_t pid_ = -1;
  Exit exit_;
  Source channel_;
  Source pidfd_;
  Source children_;
  Loop loop_;
  Control control_;
  Stdio stdio_;
  JsonLog log_;
  Text<256> record_;
};

/** The one supervisor of this process. */
extern Supervisor supervisor;

/** Ends a child that cannot go on. @return why: what it said itself, if it has said anything, else `status` */
Status abandon(const Child& child, const Status& status);

/** {"errno","operation","path"}. */
Text<1024> toJson(const Status& status);

} // namespace slipway::shim
