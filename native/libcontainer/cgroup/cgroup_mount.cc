#include "libcontainer/cgroup/cgroup_mount.h"

#include "libcontainer/rootfs/mount.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace slipway::cgroup {

/** By path: a descriptor from outside belongs to a mount of another namespace, which cannot be copied. */
static Status copyFolder(const Place& place, std::string_view hierarchy, const mount::Options& options, Fd& tree) {
  const PathText path("/sys/fs/cgroup/", hierarchy, place.path.view());
  return mount::openTree(path.c_str(), options, tree);
}

static Status makeUnified(const Place& place, bool own_namespace, const mount::Options& options, Fd& tree) {
  if (own_namespace) return mount::newFilesystem("cgroup2", "cgroup", options, tree);
  return copyFolder(place, "", options, tree);
}

/** A v1 hierarchy: named by its controllers, or by "name=" when it has none. */
static Status makeLegacy(const Place& place, const Hierarchy& hierarchy, bool own_namespace,
                         const mount::Options& options, Fd& tree) {
  if (!own_namespace) return copyFolder(place, hierarchy.name.view(), options, tree);
  mount::Options with = options;
  const Text<80> name("name=", hierarchy.name.view());
  std::string_view names = hierarchy.name.view();
  if (names == "systemd") {
    with.data[with.data_count++] = "none";
    with.data[with.data_count++] = name.view();
    names = {};
  }
  while (!names.empty() && with.data_count < mount::Options::most_data) {
    const size_t comma = names.find(',');
    with.data[with.data_count++] = names.substr(0, comma);
    names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
  }
  return mount::newFilesystem("cgroup", "cgroup", with, tree);
}

/** "cpu" and "cpuacct" beside "cpu,cpuacct", as hosts have them. */
static void linkNames(int folder, const Hierarchy& hierarchy) {
  std::string_view names = hierarchy.name.view();
  if (names.find(',') == names.npos) return;
  while (!names.empty()) {
    const size_t comma = names.find(',');
    const Text<64> name(names.substr(0, comma));
    if (symlinkat(hierarchy.name.c_str(), folder, name.c_str()) < 0 && errno != EEXIST) return;
    names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
  }
}

static Status attachLegacy(const Place& place, int top, const Hierarchy& hierarchy, bool own_namespace,
                           const mount::Options& options) {
  Fd tree;
  SLIPWAY_TRY(makeLegacy(place, hierarchy, own_namespace, options, tree));
  SLIPWAY_TRY(check(mkdirat(top, hierarchy.name.c_str(), 0755), "make folder", hierarchy.name.view()));
  const Fd folder(openat(top, hierarchy.name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failure("open", hierarchy.name.view());
  SLIPWAY_TRY(mount::attach(tree.get(), folder.get(), hierarchy.name.c_str()));
  linkNames(top, hierarchy);
  return success();
}

Status mountFromInit(Arena&, const Place& place, bool own_namespace, int target, const mount::Options& options) {
  Fd tree;
  if (place.v2) {
    SLIPWAY_TRY(makeUnified(place, own_namespace, options, tree));
    return mount::attach(tree.get(), target, "cgroup");
  }
  mount::Options writable = options;
  writable.once.attr_set &= ~static_cast<uint64_t>(MOUNT_ATTR_RDONLY);
  writable.data_count = 0;
  mount::Options legacy = options;
  legacy.data_count = 0;
  writable.data[writable.data_count++] = "mode=755";
  SLIPWAY_TRY(mount::newFilesystem("tmpfs", "tmpfs", writable, tree));
  SLIPWAY_TRY(mount::attach(tree.get(), target, "cgroup"));
  for (size_t i = 0; i < place.count; i++) {
    SLIPWAY_TRY(attachLegacy(place, tree.get(), place.hierarchies[i], own_namespace, legacy));
  }
  return mount::setAttributes(tree.get(), options);
}

} // namespace slipway::cgroup
