#include "resolver/names.h"

#include <algorithm>
#include <sys/random.h>

namespace slipway::resolver {

namespace {

/** Spreads callers over containers that share a name. */
void shuffle(std::vector<Record>& records) {
  for (size_t i = records.size(); i > 1; --i) {
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0) return;
    std::swap(records[i - 1], records[random % i]);
  }
}

} // namespace

void Names::set(const std::string& id, Endpoint given) {
  remove(id);
  const Endpoint& endpoint = endpoints_[id] = std::move(given);
  Network& network = networks_[endpoint.network];
  network.suffix = endpoint.suffix;
  for (const auto& name : endpoint.names) network.by_name[name].insert(&endpoint);
  for (const auto& address : {endpoint.ipv4, endpoint.ipv6})
    if (!address.empty()) network.by_address[address] = &endpoint;
}

void Names::remove(const std::string& id) {
  const auto found = endpoints_.find(id);
  if (found == endpoints_.end()) return;
  const Endpoint& endpoint = found->second;
  Network& network = networks_[endpoint.network];
  for (const auto& name : endpoint.names) {
    auto& owners = network.by_name[name];
    owners.erase(&endpoint);
    if (owners.empty()) network.by_name.erase(name);
  }
  for (const auto& address : {endpoint.ipv4, endpoint.ipv6})
    if (const auto at = network.by_address.find(address); at != network.by_address.end() && at->second == &endpoint)
      network.by_address.erase(at);
  if (network.by_name.empty() && network.by_address.empty()) networks_.erase(endpoint.network);
  endpoints_.erase(found);
}

std::set<std::string> Names::ids() const {
  std::set<std::string> out;
  for (const auto& [id, endpoint] : endpoints_) out.insert(id);
  return out;
}

/** A plain name, or one with the network's name behind it. */
const std::set<const Endpoint*>* Names::find(const Network& network, const std::string& name) const {
  if (const auto plain = network.by_name.find(name); plain != network.by_name.end()) return &plain->second;
  const std::string suffix = "." + network.suffix;
  if (!name.ends_with(suffix)) return nullptr;
  const auto qualified = network.by_name.find(name.substr(0, name.size() - suffix.size()));
  return qualified == network.by_name.end() ? nullptr : &qualified->second;
}

std::optional<std::vector<Record>> Names::answerReverse(const View& view, const Bytes& address) const {
  for (const auto& id : view.networks) {
    const auto network = networks_.find(id);
    if (network == networks_.end()) continue;
    const auto owner = network->second.by_address.find(address);
    if (owner == network->second.by_address.end() || owner->second->names.empty()) continue;
    return std::vector<Record>{nameRecord(owner->second->names[0] + "." + network->second.suffix)};
  }
  return std::nullopt;
}

std::optional<std::vector<Record>> Names::answer(const View& view, const Query& query) const {
  if (query.type == type_ptr) {
    const Bytes address = reversed(query.name);
    return address.empty() ? std::nullopt : answerReverse(view, address);
  }
  const auto link = view.links.find(query.name);
  const std::string& name = link == view.links.end() ? query.name : link->second;
  bool known = false;
  std::vector<Record> records;
  for (const auto& id : view.networks) {
    const auto network = networks_.find(id);
    const auto* owners = network == networks_.end() ? nullptr : find(network->second, name);
    if (owners == nullptr) continue;
    known = true;
    for (const auto* owner : *owners) {
      const Bytes& address = query.type == type_a ? owner->ipv4 : owner->ipv6;
      const bool asked = query.type == type_a || query.type == type_aaaa;
      if (asked && !address.empty() && std::ranges::find(records, address) == records.end()) records.push_back(address);
    }
  }
  if (!known) return std::nullopt;
  shuffle(records);
  return records;
}

} // namespace slipway::resolver
