#pragma once

#include "resolver/server.h"

#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace slipway::resolver {

/**
 * The door through which daemons say what is to be answered: lines of fields that tabs part, on a unix socket.
 *
 *   endpoint  ID NETWORK SUFFIX IPV4 IPV6 NAME,...   others of the network find it by these names
 *   gone      ID                                     no longer
 *   view      SANDBOX NETWORK,... ALIAS=NAME,... SERVER,...
 *   drop      SANDBOX                                its server ends
 *   begin, end                                       between them comes everything there is; the rest is forgotten
 *   sockets   SANDBOX                                with the descriptors of Sockets; answered by "ok"
 *
 * Whoever connects is first told by `holds SANDBOX,...` which servers there are.
 */
class Control {
public:
  explicit Control(Loop& loop) : loop_(loop) {}

  /** Takes over a listening socket. */
  void listen(Fd listener);

  /** Whether somebody is connected or a container is served. */
  bool isNeeded() const;

private:
  struct Peer {
    int fd = -1;
    uint64_t source = 0;
    std::string received;
    std::vector<Fd> descriptors;
  };

  struct Sandbox {
    std::optional<View> view;
    std::optional<Sockets> sockets;
    std::unique_ptr<Server> server;
  };

  using Fields = std::vector<std::string>;

  void accept(int listener);
  void receive(Peer& peer);
  void obey(Peer& peer, const Fields& fields);
  void setEndpoint(const Fields& fields);
  void setView(const Fields& fields);
  void takeSockets(Peer& peer, const std::string& id);
  /** Serves a container of which both is known: what it may ask, and where. */
  void serve(const std::string& id, Sandbox& sandbox);
  void forgetUnmentioned();

  Loop& loop_;
  Names names_;
  std::map<std::string, Sandbox> sandboxes_;
  std::map<int, std::unique_ptr<Peer>> peers_;
  /** IDs named since `begin`. */
  std::optional<std::set<std::string>> mentioned_;
};

} // namespace slipway::resolver
