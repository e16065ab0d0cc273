#include "resolver/upstream.h"

#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace slipway::resolver {

namespace {

constexpr int timeout_milliseconds = 3000;
constexpr uint16_t dns_port = 53;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback = false;

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

bool parseAddress(const std::string& text, Address& out) {
  auto* four = reinterpret_cast<sockaddr_in*>(&out.storage);
  if (inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(dns_port);
    out.size = sizeof *four;
    out.loopback = text.starts_with("127.");
    return true;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) != 1) return false;
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(dns_port);
  out.size = sizeof *six;
  out.loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
  return true;
}

/** Opens a socket that belongs to namespace `netns` (-1: this process's own). The process has one thread and comes
 * back. */
Fd openIn(int netns, int family, int type) {
  if (netns < 0) return Fd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  static const Fd home(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home || setns(netns, CLONE_NEWNET) < 0) return {};
  Fd made(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Without a way back everything would be asked from a container: better to end and be started anew.
  if (setns(home.get(), CLONE_NEWNET) < 0) _exit(1);
  return made;
}

/** One question under way; keeps itself alive through what the loop calls. */
class Attempt : public std::enable_shared_from_this<Attempt> {
public:
  Attempt(Loop& loop, Forward request) : loop_(loop), request_(std::move(request)) {}

  /** Asks the next server, or gives up. */
  void next() {
    while (server_ < request_.servers.size())
      if (ask(request_.servers[server_++])) return;
    request_.done({});
  }

private:
  bool ask(const std::string& server) {
    Address address;
    if (!parseAddress(server, address)) return false;
    const int type = request_.tcp ? SOCK_STREAM : SOCK_DGRAM;
    Fd socket = openIn(address.loopback ? -1 : request_.netns, address.storage.ss_family, type);
    // Connected, so that nobody else's datagram is taken for the answer, and a refusal is told at once.
    if (!socket || (connect(socket.get(), address.generic(), address.size) < 0 && errno != EINPROGRESS)) return false;
    const int fd = socket.get();
    if (!request_.tcp && send(fd, request_.packet.data(), request_.packet.size(), 0) < 0) return false;
    received_.clear();
    sent_ = !request_.tcp;
    source_ = loop_.add(std::move(socket), sent_ ? EPOLLIN : EPOLLOUT,
                        [self = shared_from_this(), fd](uint32_t) { self->ready(fd); });
    timer_ = loop_.after(timeout_milliseconds, [self = shared_from_this()] { self->leave(); });
    return true;
  }

  void ready(int fd) {
    if (!sent_) return sendStream(fd);
    std::array<uint8_t, 65536> buffer;
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return leave();
    Bytes packet(buffer.data(), buffer.data() + size);
    if (request_.tcp) {
      received_.insert(received_.end(), packet.begin(), packet.end());
      packet = unframe(received_);
      if (packet.empty()) return;
    }
    const bool ours = packet.size() >= 12 && packet[0] == request_.packet[0] && packet[1] == request_.packet[1];
    if (ours) finish(std::move(packet));
  }

  /** A question is far smaller than the room of a new connection. */
  void sendStream(int fd) {
    const Bytes framed = frame(request_.packet);
    if (send(fd, framed.data(), framed.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(framed.size())) return leave();
    sent_ = true;
    loop_.change(source_, EPOLLIN);
  }

  void end() {
    loop_.cancel(timer_);
    loop_.remove(source_);
  }

  void leave() {
    const auto self = shared_from_this();
    end();
    next();
  }

  void finish(Bytes answer) {
    const auto self = shared_from_this();
    end();
    request_.done(std::move(answer));
  }

  Loop& loop_;
  Forward request_;
  size_t server_ = 0;
  bool sent_ = false;
  Bytes received_;
  uint64_t source_ = 0;
  uint64_t timer_ = 0;
};

} // namespace

void forward(Loop& loop, Forward request) {
  std::make_shared<Attempt>(loop, std::move(request))->next();
}

Bytes frame(const Bytes& packet) {
  Bytes out{static_cast<uint8_t>(packet.size() >> 8), static_cast<uint8_t>(packet.size())};
  out.insert(out.end(), packet.begin(), packet.end());
  return out;
}

Bytes unframe(Bytes& stream) {
  if (stream.size() < 2) return {};
  const size_t length = static_cast<size_t>(stream[0] << 8 | stream[1]);
  if (stream.size() < 2 + length) return {};
  const auto end = stream.begin() + 2 + static_cast<ptrdiff_t>(length);
  Bytes packet(stream.begin() + 2, end);
  stream.erase(stream.begin(), end);
  return packet;
}

} // namespace slipway::resolver
