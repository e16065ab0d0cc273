#include "libcontainer/rootfs/mount_options.h"

namespace slipway::mount {

namespace {

enum class Group : uint8_t { attribute, propagation, bind };

struct Row {
  std::string_view name;
  Group group;
  uint64_t set;
  uint64_t clear;
};

constexpr uint64_t atime = MOUNT_ATTR__ATIME;

/** Each also exists with "r" before it: then it goes for the mounts below, too (OCI runtime spec, "Linux mount
 * options"). */
constexpr Row table[] = {
    {"ro", Group::attribute, MOUNT_ATTR_RDONLY, 0},
    {"rw", Group::attribute, 0, MOUNT_ATTR_RDONLY},
    {"nosuid", Group::attribute, MOUNT_ATTR_NOSUID, 0},
    {"suid", Group::attribute, 0, MOUNT_ATTR_NOSUID},
    {"nodev", Group::attribute, MOUNT_ATTR_NODEV, 0},
    {"dev", Group::attribute, 0, MOUNT_ATTR_NODEV},
    {"noexec", Group::attribute, MOUNT_ATTR_NOEXEC, 0},
    {"exec", Group::attribute, 0, MOUNT_ATTR_NOEXEC},
    {"noatime", Group::attribute, MOUNT_ATTR_NOATIME, atime},
    {"atime", Group::attribute, 0, atime},
    {"relatime", Group::attribute, MOUNT_ATTR_RELATIME, atime},
    {"norelatime", Group::attribute, 0, atime},
    {"strictatime", Group::attribute, MOUNT_ATTR_STRICTATIME, atime},
    {"nostrictatime", Group::attribute, 0, atime},
    {"nodiratime", Group::attribute, MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", Group::attribute, 0, MOUNT_ATTR_NODIRATIME},
    {"nosymfollow", Group::attribute, MOUNT_ATTR_NOSYMFOLLOW, 0},
    {"symfollow", Group::attribute, 0, MOUNT_ATTR_NOSYMFOLLOW},
    {"private", Group::propagation, MS_PRIVATE, 0},
    {"slave", Group::propagation, MS_SLAVE, 0},
    {"shared", Group::propagation, MS_SHARED, 0},
    {"unbindable", Group::propagation, MS_UNBINDABLE, 0},
    {"bind", Group::bind, 0, 0},
    {"defaults", Group::attribute, 0, 0},
};

const Row* findRow(std::string_view name, bool& recursive) {
  for (const Row& row : table) {
    recursive =
        !row.name.empty() && name.size() == row.name.size() + 1 && name.front() == 'r' && name.substr(1) == row.name;
    if (recursive || name == row.name) return &row;
  }
  return nullptr;
}

void apply(const Row& row, bool recursive, Options& result) {
  if (row.group == Group::propagation) {
    result.propagation = row.set;
    result.propagation_recursive = recursive;
  } else if (row.group == Group::bind) {
    result.bind = true;
    result.bind_recursive = recursive;
  } else {
    mount_attr& attributes = recursive ? result.recursive : result.once;
    attributes.attr_set = (attributes.attr_set & ~row.clear) | row.set;
    attributes.attr_clr = (attributes.attr_clr & ~(row.set & ~atime)) | row.clear;
  }
}

} // namespace

Status parseOptions(const json::Value& options, Options& result) {
  for (const json::Value& option : options) {
    bool recursive = false;
    const std::string_view name = option.string();
    if (name.empty()) continue;
    if (const Row* row = findRow(name, recursive)) {
      apply(*row, recursive, result);
      continue;
    }
    if (result.data_count == Options::most_data) return failure(E2BIG, "read mount options", name);
    result.data[result.data_count++] = name;
  }
  return success();
}

} // namespace slipway::mount
