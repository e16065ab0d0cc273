#include "libcontainer/capabilities.h"
#include "libcontainer/cgroup/cgroup.h"

#include <doctest/doctest.h>

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

TEST_CASE("knows capabilities by name") {
  CHECK(capabilities::number("CAP_CHOWN") == 0);
  CHECK(capabilities::number("CAP_SYS_ADMIN") == 21);
  CHECK(capabilities::number("CAP_CHECKPOINT_RESTORE") == 40);
  CHECK(capabilities::number("CAP_NOTHING") == -1);
}
