#include "libcontainer/cgroup/cgroup_usage.h"

#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace slipway;

namespace {

/** Where this process is in the hierarchy of the CPU's counters: "ID:CONTROLLERS:PATH" of proc_pid_cgroup(5). */
std::string ownCgroup() {
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const size_t path = line.find(':', line.find(':') + 1) + 1;
    if (line.starts_with("0::") || line.find("cpuacct") < path) return line.substr(path);
  }
  return "";
}

} // namespace

TEST_CASE("looks at what a cgroup and a network namespace have used") {
  const cgroup::UsageReader reader;
  const cgroup::Usage first = reader.read(ownCgroup(), getpid());
  REQUIRE(first.found);
  volatile unsigned turns = 0;
  while (turns < 50'000'000) turns = turns + 1;
  const cgroup::Usage second = reader.read(ownCgroup(), getpid());
  CHECK(second.cpu > first.cpu);
  CHECK(second.received >= first.received);
}

TEST_CASE("finds no use of a cgroup that is not there") {
  const cgroup::UsageReader reader;
  CHECK_FALSE(reader.read("/slipway-no-such-cgroup", getpid()).found);
  CHECK_FALSE(reader.read(std::string(2000, 'a'), getpid()).found);
}
