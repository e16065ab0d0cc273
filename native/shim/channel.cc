#include "shim/channel.h"

#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace slipway::shim::channel {

Status makePair(Fd& ours, Fd& theirs) {
  int ends[2];
  SLIPWAY_TRY(check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair"));
  ours = Fd(ends[0]);
  theirs = Fd(ends[1]);
  return success();
}

Status send(int fd, Word word, const Status& status, int descriptor) {
  Message message{word, status};
  // A pointer to static storage means the same in both: the child is a copy of the shim.
  iovec part{&message, sizeof message};
  alignas(cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = ancillary;
    header.msg_controllen = sizeof ancillary;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  if (sendmsg(fd, &header, MSG_NOSIGNAL) >= 0) return success();
  // Who is at the other end has ended.
  return errno == EPIPE || errno == ECONNRESET ? failure(ECHILD, "send a word") : failure("send a word");
}

Status receive(int fd, Message& message, Fd* descriptor) {
  iovec part{&message, sizeof message};
  alignas(cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = ancillary;
  header.msg_controllen = sizeof ancillary;
  ssize_t count = 0;
  // A reset tells, once, that the other side ended with something unread; what it said before comes after that.
  do {
    count = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
  } while (count < 0 && (errno == EINTR || errno == ECONNRESET));
  if (count < 0) return failure("receive");
  if (count != static_cast<ssize_t>(sizeof message)) return failure(ECONNRESET, "receive");
  const cmsghdr* rights = CMSG_FIRSTHDR(&header);
  if (rights != nullptr && rights->cmsg_type == SCM_RIGHTS) {
    int received = -1;
    memcpy(&received, CMSG_DATA(rights), sizeof received);
    Fd owned(received);
    if (descriptor != nullptr) *descriptor = std::move(owned);
  }
  return success();
}

Status expect(int fd, Word word) {
  Message message{};
  SLIPWAY_TRY(receive(fd, message));
  return message.word == word ? success() : failure(EPROTO, "receive");
}

} // namespace slipway::shim::channel
