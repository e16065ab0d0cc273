#include "addon/async.h"
#include "addon/bindings.h"
#include "addon/main_thread.h"
#include "network/bridge.h"
#include "network/filter_watch.h"
#include "network/flows.h"
#include "network/namespace.h"
#include "network/nftables.h"
#include "network/sandbox.h"

#include <functional>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace slipway::addon {

namespace {

/** For work that has no result. */
struct Nothing {};

Napi::Value start(const Napi::CallbackInfo& info, std::function<Status()> work) {
  return AsyncWork<Nothing>::run(
      info.Env(), [work = std::move(work)](Nothing&) { return work(); },
      [](Napi::Env env, Nothing&) { return env.Undefined(); });
}

std::string text(const Napi::Object& from, const char* key) {
  return from.Get(key).ToString().Utf8Value();
}

uint32_t number(const Napi::Object& from, const char* key) {
  return from.Get(key).ToNumber().Uint32Value();
}

bool flag(const Napi::Object& from, const char* key) {
  return from.Get(key).ToBoolean().Value();
}

std::vector<std::string> texts(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> out;
  for (uint32_t i = 0; i < array.Length(); ++i) out.push_back(array.Get(i).ToString().Utf8Value());
  return out;
}

Status readMac(const std::string& from, link::MacAddress& out) {
  return link::parseMac(from, out) ? success() : failure(EINVAL, "read MAC address", from);
}

std::vector<Napi::Object> objects(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<Napi::Object> out;
  for (uint32_t i = 0; i < array.Length(); ++i) out.push_back(array.Get(i).As<Napi::Object>());
  return out;
}

std::vector<route::Way> readRoutes(const Napi::Value& value) {
  std::vector<route::Way> out;
  for (const auto& from : objects(value)) {
    const uint8_t family = number(from, "family") == 6 ? AF_INET6 : AF_INET;
    out.push_back({.family = family, .via = text(from, "via"), .link = text(from, "link")});
  }
  return out;
}

Status readInterface(const Napi::Object& from, sandbox::Interface& out) {
  out.kind = text(from, "kind");
  out.name = text(from, "name");
  out.host_name = text(from, "hostName");
  out.parent = text(from, "parent");
  out.mode = number(from, "mode");
  out.flags = number(from, "flags");
  out.mtu = number(from, "mtu");
  out.addresses = texts(from.Get("addresses"));
  for (const auto& sysctl : objects(from.Get("sysctls")))
    out.sysctls.emplace_back(text(sysctl, "name"), text(sysctl, "value"));
  out.port.isolated = flag(from, "isolated");
  return readMac(text(from, "macAddress"), out.mac);
}

Status readJoin(const Napi::Object& from, sandbox::JoinRequest& out) {
  out.pid = static_cast<int>(number(from, "pid"));
  out.routes = readRoutes(from.Get("routes"));
  if (const auto dns = from.Get("dns"); dns.IsObject()) {
    const auto recipient = dns.As<Napi::Object>();
    out.dns = {.socket = text(recipient, "socket"), .sandbox = text(recipient, "sandbox")};
  }
  for (const auto& interface : objects(from.Get("interfaces"))) {
    out.interfaces.emplace_back();
    SLIPWAY_TRY(readInterface(interface, out.interfaces.back()));
  }
  return success();
}

Napi::Value join(const Napi::CallbackInfo& info) {
  sandbox::JoinRequest request;
  const Status read = readJoin(info[0].As<Napi::Object>(), request);
  return start(info, [read, request = std::move(request)] { return read.ok() ? sandbox::join(request) : read; });
}

Napi::Value setRoutes(const Napi::CallbackInfo& info) {
  const int pid = info[0].ToNumber().Int32Value();
  return start(info, [pid, routes = readRoutes(info[1])] { return sandbox::setRoutes(pid, routes); });
}

Napi::Value removeLinkInside(const Napi::CallbackInfo& info) {
  const int pid = info[0].ToNumber().Int32Value();
  return start(info, [pid, name = info[1].ToString().Utf8Value()] { return sandbox::removeLink(pid, name); });
}

/** Runs `make` on a netlink socket in the host's namespace. */
Napi::Value makeLink(const Napi::CallbackInfo& info, std::function<Status(netlink::Socket&)> make) {
  return start(info, [make = std::move(make)] {
    netlink::Socket host;
    SLIPWAY_TRY(host.open());
    return make(host);
  });
}

Napi::Value createVlan(const Napi::CallbackInfo& info) {
  return makeLink(info, [name = info[0].ToString().Utf8Value(), parent = info[1].ToString().Utf8Value(),
                         id = info[2].ToNumber().Uint32Value()](netlink::Socket& host) {
    return link::createVlan(host, name, parent, static_cast<uint16_t>(id));
  });
}

Napi::Value createDummy(const Napi::CallbackInfo& info) {
  return makeLink(
      info, [name = info[0].ToString().Utf8Value()](netlink::Socket& host) { return link::createDummy(host, name); });
}

Napi::Value ensureBridge(const Napi::CallbackInfo& info) {
  const auto from = info[0].As<Napi::Object>();
  link::Bridge bridge{.name = text(from, "name"), .mtu = number(from, "mtu")};
  const Status read = readMac(text(from, "macAddress"), bridge.mac);
  return start(info, [read, bridge, addresses = texts(from.Get("addresses"))] {
    return read.ok() ? bridge::ensure(bridge, addresses) : read;
  });
}

Napi::Value removeLink(const Napi::CallbackInfo& info) {
  return start(info, [name = info[0].ToString().Utf8Value()] { return bridge::remove(name); });
}

Napi::Value nft(const Napi::CallbackInfo& info) {
  using nftables::Outcome;
  const auto work = [commands = info[0].ToString().Utf8Value()](Outcome& outcome) {
    outcome = nftables::run(commands);
    return outcome.ok ? success() : failure(EINVAL, "change the packet filter", outcome.error);
  };
  return AsyncWork<Outcome>::run(info.Env(), work, [](Napi::Env env, Outcome& outcome) -> Napi::Value {
    return Napi::String::New(env, outcome.output);
  });
}

Napi::Value forgetFlows(const Napi::CallbackInfo& info) {
  std::vector<flows::Destination> destinations;
  for (const auto& from : objects(info[0])) {
    const std::string protocol = text(from, "protocol");
    const uint8_t number_of = protocol == "udp" ? IPPROTO_UDP : protocol == "sctp" ? IPPROTO_SCTP : IPPROTO_TCP;
    destinations.push_back({.protocol = number_of,
                            .addresses = texts(from.Get("addresses")),
                            .port = static_cast<uint16_t>(number(from, "port"))});
  }
  return start(info, [destinations = std::move(destinations)] { return flows::forget(destinations); });
}

/** A watch with its thread, which ends with it. */
struct Watching {
  nftables::Watch watch;
  std::thread thread;

  ~Watching() { end(); }

  void end() {
    watch.stop();
    if (thread.joinable()) thread.join();
  }
};

/** watchFilter(tables, newChains, changed): what stops it. */
Napi::Value watchFilter(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto watching = std::make_shared<Watching>();
  if (const Status status = watching->watch.open(texts(info[0]), info[1].ToBoolean()); !status.ok()) {
    toError(env, status).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  auto tell = Napi::ThreadSafeFunction::New(env, info[2].As<Napi::Function>(), "slipway filter", 0, 1);
  // A daemon that has nothing else to do may end.
  tell.Unref(env);
  watching->thread = std::thread([watch = &watching->watch, tell]() mutable {
    watch->run([&] { tell.NonBlockingCall(); });
    tell.Release();
  });
  env.AddCleanupHook([kept = std::weak_ptr(watching)] {
    if (const auto still = kept.lock()) still->end();
  });
  return Napi::Function::New(env, [watching](const Napi::CallbackInfo&) mutable { watching.reset(); });
}

} // namespace

void bindNetwork(Napi::Env env, Napi::Object exports) {
  const auto network = Napi::Object::New(env);
  network.Set("join", Napi::Function::New(env, join));
  network.Set("setRoutes", Napi::Function::New(env, setRoutes));
  network.Set("removeLinkInside", Napi::Function::New(env, removeLinkInside));
  network.Set("createVlan", Napi::Function::New(env, createVlan));
  network.Set("createDummy", Napi::Function::New(env, createDummy));
  network.Set("forgetFlows", Napi::Function::New(env, forgetFlows));
  network.Set("watchFilter", Napi::Function::New(env, watchFilter));
  network.Set("ensureBridge", Napi::Function::New(env, ensureBridge));
  network.Set("removeLink", Napi::Function::New(env, removeLink));
  network.Set("nft", Napi::Function::New(env, nft));
  exports.Set("network", network);
}

} // namespace slipway::addon
