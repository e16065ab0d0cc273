#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <functional>
#include <string>
#include <vector>

/** What other processes do to the packet filter. */
namespace slipway::nftables {

/** Notes the calling thread as one of ours, whose changes are not told. */
void noteOwnThread();

/** Hears when somebody else deletes something of tables of the host's: a table, a chain, a rule or an element. */
class Watch {
public:
  /** Starts listening in the calling thread's network namespace. @param tables names, of whatever family @param
   * new_chains tell of chains that are added, too */
  Status open(std::vector<std::string> tables, bool new_chains);

  /** Waits and calls `changed` once for each such transaction of others, until `stop`. */
  void run(const std::function<void()>& changed);

  /** From any thread. */
  void stop();

private:
  Fd socket_;
  Fd stop_;
  std::vector<std::string> tables_;
  bool new_chains_ = false;
};

} // namespace slipway::nftables
