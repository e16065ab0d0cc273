#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

/** What a shim and its child say to each other until the child has become the container's program. */
namespace slipway::shim::channel {

enum class Word : int {
  /** Child: ready to execve. */
  ready,
  /** Child: failed, with the Status; it ends after that. */
  failed,
  /** Child: here is the console, as a descriptor. */
  console,
  /** Shim: the child is in its cgroup and has its user mappings. */
  settled,
  /** Child: everything is mounted, and the host's root is still there. */
  mounted,
  /** Parent: go on into the container's own root. */
  pivot,
  /** Shim: execve now. */
  start,
};

struct Message {
  Word word;
  Status status;
};

/** A SOCK_SEQPACKET pair: messages stay whole, and the end of the other side shows as an end of file. */
Status makePair(Fd& ours, Fd& theirs);

/** @param descriptor sent along when it is not -1 */
Status send(int fd, Word word, const Status& status = {}, int descriptor = -1);

/** Waits for a message. ECONNRESET when the other side has ended. */
Status receive(int fd, Message& message, Fd* descriptor = nullptr);

/** Waits for exactly this word. */
Status expect(int fd, Word word);

} // namespace slipway::shim::channel
