#pragma once

#include "resolver/loop.h"
#include "resolver/names.h"

#include <memory>
#include <set>

namespace slipway::resolver {

/** What a container's server works with; see network/dns_socket.h. */
struct Sockets {
  Fd udp;
  /** Listening. */
  Fd tcp;
  /** The container's network namespace. */
  Fd netns;
  /** The container's first process: with it the server ends. */
  Fd process;
};

/** The embedded DNS server of one container. */
class Server {
public:
  /** Serves until it is destroyed. @param ended called when the container's process has ended */
  Server(Loop& loop, const Names& names, const View& view, Sockets sockets, std::function<void()> ended);
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

private:
  struct Connection;

  void receive(int fd);
  void accept(int fd);
  void read(const std::shared_ptr<Connection>& connection);
  void close(const std::shared_ptr<Connection>& connection);
  /** Answers `packet`, now or when another server has; what is no query gets no answer. */
  void resolve(Bytes packet, bool tcp, std::function<void(const Bytes&)> send);

  Loop& loop_;
  const Names& names_;
  const View& view_;
  Fd netns_;
  uint64_t udp_ = 0;
  uint64_t tcp_ = 0;
  uint64_t process_ = 0;
  std::set<std::shared_ptr<Connection>> connections_;
  /** Questions that other servers have; gone with this server, so that their answers find nobody. */
  std::shared_ptr<size_t> waiting_ = std::make_shared<size_t>(0);
};

} // namespace slipway::resolver
