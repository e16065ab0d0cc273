#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <functional>
#include <string>

/** What other processes do to the packet filter. */
namespace slipway::nftables {

/** Notes the calling thread as one of ours, whose changes are not told. */
void noteOwnThread();

/** Hears when somebody else deletes something of a table of the host's: the table, a chain, a rule or an element. */
class Watch {
public:
  /** Starts listening in the calling thread's network namespace. */
  Status open(const std::string& table);

  /** Waits and calls `changed` once for each transaction of others that took something away, until `stop`. */
  void run(const std::function<void()>& changed);

  /** From any thread. */
  void stop();

private:
  Fd socket_;
  Fd stop_;
  std::string table_;
};

} // namespace slipway::nftables
