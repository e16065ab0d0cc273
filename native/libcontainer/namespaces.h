#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/json.h"

#include <sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace slipway::namespaces {

/** Which namespaces a container gets (namespaces(7)). */
struct Set {
  struct Joined {
    int flag = 0;
    Fd fd;
  };

  static constexpr size_t most = 8;

  /** CLONE_NEW* of those made for it. */
  unsigned made = 0;
  /** Those of others that it joins. */
  Joined joined[most];
  size_t joined_count = 0;

  /** True when the container does not share the host's (or is given another's) namespace of this kind. */
  bool own(unsigned flag) const;

  /** The joined namespace of this kind, -1 for none. */
  int joinedOf(unsigned flag) const;
};

/** Reads an OCI `linux.namespaces` array and opens the paths in it. */
Status parse(const json::Value& list, Set& result);

/** Enters every joined namespace but those that must be entered before the birth: pid and user. */
Status joinFromInit(const Set& set);

/** Enters the joined pid namespace, if any: the next child is born in it. */
Status joinPidFromParent(const Set& set);

/** Enters a new time namespace with the offsets of an OCI `linux.timeOffsets`. @param proc verified procfs */
Status enterNewTime(int proc, const json::Value& offsets);

/** Sets host and domain name where they are the container's own. */
Status setHostname(const Set& set, const char* hostname, const char* domainname);

} // namespace slipway::namespaces
