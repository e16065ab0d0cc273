#include "network/bridge.h"

#include "network/address.h"

namespace slipway::bridge {

Status ensure(const link::Bridge& bridge, const std::vector<std::string>& addresses) {
  netlink::Socket host;
  SLIPWAY_TRY(host.open());
  SLIPWAY_TRY(link::createBridge(host, bridge));
  unsigned index = 0;
  SLIPWAY_TRY(link::find(host, bridge.name, index));
  for (const auto& text : addresses) SLIPWAY_TRY(address::add(host, index, text));
  return success();
}

Status remove(const std::string& name) {
  netlink::Socket host;
  SLIPWAY_TRY(host.open());
  return link::remove(host, name);
}

} // namespace slipway::bridge
