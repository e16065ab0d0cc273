#include "libcontainer/rootfs/mount_options.h"

#include <doctest/doctest.h>
#include <string>

using namespace slipway;

static mount::Options parse(std::string text) {
  Arena arena;
  const json::Value* list = nullptr;
  mount::Options options;
  const size_t size = text.size();
  text.push_back('\0');
  REQUIRE(json::parse(arena, text.data(), size, list).ok());
  REQUIRE(mount::parseOptions(*list, options).ok());
  return options;
}

TEST_CASE("sorts mount options out") {
  const mount::Options options = parse(R"(["nosuid","rro","rbind","rslave","mode=755"])");
  CHECK(options.once.attr_set == MOUNT_ATTR_NOSUID);
  CHECK(options.recursive.attr_set == MOUNT_ATTR_RDONLY);
  CHECK(options.bind);
  CHECK(options.bind_recursive);
  CHECK(options.propagation == MS_SLAVE);
  CHECK(options.propagation_recursive);
  CHECK(options.data_count == 1);
}

TEST_CASE("the last of opposite options holds") {
  CHECK(parse(R"(["ro","rw"])").once.attr_set == 0);
  CHECK(parse(R"(["ro","rw"])").once.attr_clr == MOUNT_ATTR_RDONLY);
  CHECK(parse(R"(["rw","ro"])").once.attr_clr == 0);
  const mount::Options times = parse(R"(["noatime"])");
  CHECK(times.once.attr_set == MOUNT_ATTR_NOATIME);
  CHECK(times.once.attr_clr == MOUNT_ATTR__ATIME);
}
