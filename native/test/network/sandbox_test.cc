#include "network/bridge.h"
#include "network/namespace.h"
#include "network/sandbox.h"

#include <csignal>
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

using namespace slipway;

namespace {

/** A process with a network namespace of its own that waits to be killed, like a container before its start. */
class Container {
public:
  Container() {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      const char done = unshare(CLONE_NEWNET) == 0 ? '1' : '0';
      if (write(ready[1], &done, 1) != 1) _exit(1);
      for (;;) pause();
    }
    char done = '0';
    REQUIRE(read(ready[0], &done, 1) == 1);
    REQUIRE_MESSAGE(done == '1', "run this test as root");
    close(ready[0]);
    close(ready[1]);
  }

  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  ~Container() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  int pid() const { return pid_; }

  /** Whether `work` finds what it looks for in the container's namespace. */
  bool has(const std::string& link) const {
    Fd netns;
    REQUIRE(netns::open(pid_, netns).ok());
    return netns::inside(netns,
                         [&] {
                           netlink::Socket socket;
                           SLIPWAY_TRY(socket.open());
                           unsigned index = 0;
                           return link::find(socket, link, index);
                         })
        .ok();
  }

private:
  pid_t pid_ = -1;
};

/** Runs `work` on a thread with a network namespace of its own, so that the host's stays untouched. */
template <typename Work> void onEmptyHost(Work work) {
  std::thread([&] {
    REQUIRE_MESSAGE(unshare(CLONE_NEWNET) == 0, "run this test as root");
    work();
  }).join();
}

bool exists(const std::string& name) {
  netlink::Socket socket;
  REQUIRE(socket.open().ok());
  unsigned index = 0;
  return link::find(socket, name, index).ok();
}

sandbox::Interface interfaceOf(const std::string& address) {
  return {.name = "eth0",
          .host_name = "veth-test",
          .mac = {0x02, 0x42, 0, 0, 0, 2},
          .parent = "bridge-test",
          .addresses = {address}};
}

} // namespace

TEST_CASE("a join plugs the container in, and its end takes the links away") {
  onEmptyHost([] {
    REQUIRE(bridge::ensure({.name = "bridge-test", .mac = {0x02, 0x42, 0, 0, 0, 1}}, {"10.9.0.1/24"}).ok());
    REQUIRE(bridge::ensure({.name = "bridge-test", .mac = {0x02, 0x42, 0, 0, 0, 1}}, {"10.9.0.1/24"}).ok());
    {
      const Container container;
      const std::vector<route::Way> routes{{AF_INET, "10.9.0.1", "eth0"}};
      const Status status =
          sandbox::join({.pid = container.pid(), .interfaces = {interfaceOf("10.9.0.2/24")}, .routes = routes});
      REQUIRE_MESSAGE(status.ok(), status.operation);
      CHECK(container.has("eth0"));
      CHECK(exists("veth-test"));
      CHECK(sandbox::setRoutes(container.pid(), {}).ok());
      CHECK(sandbox::setRoutes(container.pid(), routes).ok());
    }
    CHECK(bridge::remove("bridge-test").ok());
    CHECK(bridge::remove("bridge-test").ok());
  });
}

TEST_CASE("a failed join leaves nothing on the host and spares what was there") {
  onEmptyHost([] {
    REQUIRE(bridge::ensure({.name = "bridge-test", .mac = {0x02, 0x42, 0, 0, 0, 1}}, {}).ok());
    const Container container;
    const Status status = sandbox::join({.pid = container.pid(), .interfaces = {interfaceOf("nonsense")}});
    CHECK(status.error == EINVAL);
    CHECK_FALSE(exists("veth-test"));
    REQUIRE(sandbox::join({.pid = container.pid(), .interfaces = {interfaceOf("10.9.0.2/24")}}).ok());
    const Container rival;
    CHECK(sandbox::join({.pid = rival.pid(), .interfaces = {interfaceOf("10.9.0.3/24")}}).error == EEXIST);
    CHECK(exists("veth-test"));
  });
}

TEST_CASE("a link that shares the host's is born in the container and removed from it") {
  onEmptyHost([] {
    REQUIRE(bridge::ensure({.name = "bridge-test", .mac = {0x02, 0x42, 0, 0, 0, 1}}, {}).ok());
    const Container container;
    auto interface = interfaceOf("10.9.0.2/24");
    interface.kind = "macvlan";
    interface.mode = 4;
    interface.sysctls = {{"ipv4/conf/eth0/log_martians", "1"}};
    const Status status =
        sandbox::join({.pid = container.pid(), .interfaces = {interface}, .routes = {route::Way{AF_INET, "", "eth0"}}});
    REQUIRE_MESSAGE(status.ok(), status.operation);
    CHECK(container.has("eth0"));
    CHECK(sandbox::removeLink(container.pid(), "eth0").ok());
    CHECK(sandbox::removeLink(container.pid(), "eth0").ok());
    CHECK_FALSE(container.has("eth0"));
  });
}

TEST_CASE("a link of another kind is not taken for a bridge") {
  onEmptyHost([] { CHECK(bridge::ensure({.name = "lo", .mac = {0x02, 0x42, 0, 0, 0, 1}}, {}).error == ENOTSUP); });
}
