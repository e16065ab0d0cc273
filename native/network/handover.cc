#include "network/handover.h"

#include <array>
#include <cstring>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

namespace slipway::dns {

namespace {

/** Seconds the resolver may take. */
constexpr time_t patience = 10;

Status connectTo(const std::string& path, Fd& out) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure(ENAMETOOLONG, "connect to the resolver at", path);
  path.copy(address.sun_path, path.size());
  out = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!out) return failure("open socket");
  const timeval limit{patience, 0};
  SLIPWAY_TRY(check(::setsockopt(out.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "limit waiting"));
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return check(::connect(out.get(), generic, sizeof address), "connect to the resolver at", path);
}

template <size_t count> Status sendWith(const Fd& socket, std::string text, const std::array<int, count>& descriptors) {
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> attached{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = attached.data();
  message.msg_controllen = attached.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  return check(::sendmsg(socket.get(), &message, MSG_NOSIGNAL), "hand DNS sockets to the resolver");
}

/** Reads to the line that says so; before it comes what the resolver tells everybody who connects. */
Status awaitConsent(const Fd& socket) {
  std::string received;
  std::array<char, 4096> buffer;
  while (!received.ends_with("\nok\n")) {
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failure(size < 0 ? errno : ECONNRESET, "wait for the resolver");
    received.append(buffer.data(), static_cast<size_t>(size));
  }
  return success();
}

} // namespace

Status handOver(const Recipient& recipient, int pid, const Fd& netns, const Sockets& sockets) {
  const Fd process(::syscall(SYS_pidfd_open, pid, 0U));
  if (!process) return failure("open process");
  Fd socket;
  SLIPWAY_TRY(connectTo(recipient.socket, socket));
  const std::array descriptors{sockets.udp.get(), sockets.tcp.get(), netns.get(), process.get()};
  SLIPWAY_TRY(sendWith(socket, "sockets\t" + recipient.sandbox + "\n", descriptors));
  return awaitConsent(socket);
}

} // namespace slipway::dns
