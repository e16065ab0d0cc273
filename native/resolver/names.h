#pragma once

#include "resolver/message.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::resolver {

/** A container's place in a network, as others of the network see it. */
struct Endpoint {
  std::string network;
  /** The network's own name, which may stand behind a container's. */
  std::string suffix;
  /** 4 and 16 bytes; empty when it has none. */
  Bytes ipv4;
  Bytes ipv6;
  /** Lower-case; the first is the container's own name. */
  std::vector<std::string> names;
};

/** What one container may ask for. */
struct View {
  /** IDs of its networks. */
  std::vector<std::string> networks;
  /** Names of its own for others: alias to container. */
  std::map<std::string, std::string> links;
  /** Addresses of servers to ask when a name is nobody's here. */
  std::vector<std::string> upstream;
};

/** Who answers to which name in each network. */
class Names {
public:
  /** Replaces the endpoint of this ID. */
  void set(const std::string& id, Endpoint endpoint);
  void remove(const std::string& id);

  /** IDs of all endpoints. */
  std::set<std::string> ids() const;

  /** Records for a question as `view` sees the networks, in random order; nothing when somebody else is to be asked. */
  std::optional<std::vector<Record>> answer(const View& view, const Query& query) const;

private:
  struct Network {
    std::string suffix;
    std::unordered_map<std::string, std::set<const Endpoint*>> by_name;
    std::map<Bytes, const Endpoint*> by_address;
  };

  const std::set<const Endpoint*>* find(const Network& network, const std::string& name) const;
  std::optional<std::vector<Record>> answerReverse(const View& view, const Bytes& address) const;

  std::unordered_map<std::string, Endpoint> endpoints_;
  std::unordered_map<std::string, Network> networks_;
};

} // namespace slipway::resolver
