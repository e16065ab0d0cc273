#include "resolver/server.h"

#include "resolver/upstream.h"

#include <array>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace slipway::resolver {

/** More are refused, so that a container cannot exhaust the resolver of all. */
static constexpr size_t most_waiting = 256;
static constexpr size_t most_connections = 32;
static constexpr int idle_milliseconds = 10'000;
static constexpr int packets_at_once = 32;
static constexpr size_t largest_stream = 65537;

struct Server::Connection {
  int fd = -1;
  uint64_t source = 0;
  uint64_t timer = 0;
  Bytes received;
  bool open = true;
};

Server::Server(Loop& loop, const Names& names, const View& view, Sockets sockets, std::function<void()> ended)
    : loop_(loop), names_(names), view_(view), netns_(std::move(sockets.netns)) {
  const int udp = sockets.udp.get();
  const int tcp = sockets.tcp.get();
  udp_ = loop_.add(std::move(sockets.udp), EPOLLIN, [this, udp](uint32_t) { receive(udp); });
  tcp_ = loop_.add(std::move(sockets.tcp), EPOLLIN, [this, tcp](uint32_t) { accept(tcp); });
  process_ = loop_.add(std::move(sockets.process), EPOLLIN, [ended = std::move(ended)](uint32_t) { ended(); });
}

Server::~Server() {
  while (!connections_.empty()) close(*connections_.begin());
  for (const uint64_t source : {udp_, tcp_, process_}) loop_.remove(source);
}

void Server::receive(int fd) {
  std::array<uint8_t, 4096> buffer;
  for (int i = 0; i < packets_at_once; ++i) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto* generic = reinterpret_cast<sockaddr*>(&from);
    const ssize_t size = recvfrom(fd, buffer.data(), buffer.size(), 0, generic, &length);
    if (size < 0) return;
    resolve(Bytes(buffer.data(), buffer.data() + size), false, [fd, from](const Bytes& answer) {
      sendto(fd, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), sizeof from);
    });
  }
}

void Server::accept(int fd) {
  Fd socket(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || connections_.size() >= most_connections) return;
  auto connection = std::make_shared<Connection>();
  connection->fd = socket.get();
  connection->source = loop_.add(std::move(socket), EPOLLIN, [this, connection](uint32_t) { read(connection); });
  connection->timer = loop_.after(idle_milliseconds, [this, connection] { close(connection); });
  connections_.insert(std::move(connection));
}

void Server::close(const std::shared_ptr<Connection>& given) {
  const auto connection = given;
  connection->open = false;
  loop_.cancel(connection->timer);
  loop_.remove(connection->source);
  connections_.erase(connection);
}

void Server::read(const std::shared_ptr<Connection>& connection) {
  std::array<uint8_t, 4096> buffer;
  const ssize_t size = recv(connection->fd, buffer.data(), buffer.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  auto& received = connection->received;
  if (size <= 0 || received.size() > largest_stream) return close(connection);
  received.insert(received.end(), buffer.data(), buffer.data() + size);
  loop_.cancel(connection->timer);
  connection->timer = loop_.after(idle_milliseconds, [this, connection] { close(connection); });
  for (Bytes packet = unframe(received); !packet.empty(); packet = unframe(received))
    resolve(std::move(packet), true, [connection](const Bytes& answer) {
      const Bytes framed = frame(answer);
      // A peer that does not read its answers loses them.
      if (connection->open) send(connection->fd, framed.data(), framed.size(), MSG_NOSIGNAL);
    });
}

void Server::resolve(Bytes packet, bool tcp, std::function<void(const Bytes&)> send) {
  Query query;
  if (!parse(packet, query)) return;
  const size_t room = tcp ? 65535 : query.room;
  if (const auto records = names_.answer(view_, query)) return send(respond(query, *records, room));
  if (*waiting_ >= most_waiting) return send(respond(query, {}, room, server_failure));
  ++*waiting_;
  auto done = [packet, room, send = std::move(send), waiting = std::weak_ptr(waiting_)](Bytes answer) {
    const auto count = waiting.lock();
    if (!count) return;
    --*count;
    Query asked;
    if (answer.empty() && parse(packet, asked)) answer = respond(asked, {}, room, server_failure);
    send(answer);
  };
  forward(loop_, {.servers = view_.upstream,
                  .packet = std::move(packet),
                  .tcp = tcp,
                  .netns = netns_.get(),
                  .done = std::move(done)});
}

} // namespace slipway::resolver
