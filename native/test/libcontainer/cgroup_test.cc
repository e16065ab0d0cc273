#include "libcontainer/capabilities.h"
#include "libcontainer/cgroup/cgroup.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace slipway;

TEST_CASE("finds a key of a flat keyed file") {
  CHECK(cgroup::keyedValue("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", "oom_kill", 9) == 3);
  CHECK(cgroup::keyedValue("a 1\n", "b", 9) == 9);
}

TEST_CASE("never takes the top for a cgroup") {
  for (const char* path : {"", "/", "//", "/.", "relative", "/../x"}) {
    cgroup::Place place;
    CAPTURE(path);
    CHECK(cgroup::open(path, place).error == EINVAL);
  }
}

TEST_CASE("sets limits of huge pages, RDMA devices and packets where their controllers are") {
  char folder[] = "/tmp/slipway-cgroup-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::vector<std::string> files{"hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.rsvd.limit_in_bytes", "rdma.max",
                                       "net_cls.classid", "net_prio.ifpriomap"};
  const auto path = [&folder](const std::string& name) { return std::string(folder) + "/" + name; };
  for (const std::string& name : files) std::ofstream(path(name)) << "";
  cgroup::Place place;
  for (const std::string_view name : {"hugetlb", "rdma", "net_cls", "net_prio"}) {
    cgroup::Hierarchy& hierarchy = place.hierarchies[place.count++];
    hierarchy.name.append(name);
    hierarchy.folder = Fd(open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  const auto set = [&place](std::string text) {
    Arena arena;
    const json::Value* resources = nullptr;
    const size_t size = text.size();
    text.push_back('\0');
    REQUIRE(json::parse(arena, text.data(), size, resources).ok());
    return cgroup::v1::setResources(arena, place, *resources);
  };
  const auto content = [&path](const std::string& name) {
    std::ifstream file(path(name));
    std::string line;
    std::getline(file, line);
    return line;
  };
  CHECK(
      set(R"({"hugepageLimits":[{"pageSize":"2MB","limit":4194304}],"rdma":{"mlx5_1":{"hcaHandles":3,"hcaObjects":10}},
                "network":{"classID":1048577,"priorities":[{"name":"eth0","priority":5}]}})")
          .ok());
  CHECK(content(files[0]) == "4194304");
  CHECK(content(files[1]) == "4194304");
  CHECK(content(files[2]) == "mlx5_1 hca_handle=3 hca_object=10");
  CHECK(content(files[3]) == "1048577");
  CHECK(content(files[4]) == "eth0 5");
  for (const char* size : {"../x", "2", "MB", "2mb", "2MB/.."})
    CHECK(set(std::string(R"({"hugepageLimits":[{"limit":1,"pageSize":")") + size + "\"}]}").error == EINVAL);
  for (const std::string& name : files) unlink(path(name).c_str());
  rmdir(folder);
}

TEST_CASE("knows capabilities by name") {
  CHECK(capabilities::number("CAP_CHOWN") == 0);
  CHECK(capabilities::number("CAP_SYS_ADMIN") == 21);
  CHECK(capabilities::number("CAP_CHECKPOINT_RESTORE") == 40);
  CHECK(capabilities::number("CAP_NOTHING") == -1);
}
