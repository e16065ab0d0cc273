#pragma once

#include "libcontainer/json.h"

#include <cstdint>
#include <string_view>
#include <sys/mount.h>

namespace slipway::mount {

/** The `options` of an OCI mount, sorted out; options no table knows are the file system's own. */
struct Options {
  static constexpr size_t most_data = 64;

  mount_attr once{};
  mount_attr recursive{};
  /** MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0 to leave it. */
  uint64_t propagation = 0;
  bool propagation_recursive = false;
  bool bind = false;
  bool bind_recursive = false;
  std::string_view data[most_data];
  size_t data_count = 0;
};

/** @return E2BIG when there are more file system options than `most_data` */
Status parseOptions(const json::Value& options, Options& result);

} // namespace slipway::mount
