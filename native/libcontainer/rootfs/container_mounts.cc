#include "libcontainer/rootfs/container_mounts.h"

#include "libcontainer/cgroup/cgroup_mount.h"
#include "libcontainer/rooted.h"
#include "libcontainer/rootfs/copy_up.h"
#include "libcontainer/rootfs/idmap.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/rootfs/overlay.h"
#include "libcontainer/text.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace slipway::container_mounts {

namespace {

/** Files of procfs that a container may have its own view of, such as lxcfs gives. */
constexpr std::string_view coverable[] = {
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",  "/proc/stat",    "/proc/swaps",
    "/proc/uptime",  "/proc/loadavg",   "/proc/slabinfo", "/proc/net/dev", "/proc/sys/kernel/ns_last_pid"};

bool isFilesystem(int fd, long magic) {
  struct statfs info{};
  return fstatfs(fd, &info) == 0 && info.f_type == magic;
}

/** Refuses to hide procfs, which writes of the runtime and of the container must be able to trust. */
Status checkTarget(int target, int root, int tree, std::string_view type, std::string_view destination) {
  char path[4096], top[4096];
  Text<32> link("/proc/self/fd/"), root_link("/proc/self/fd/");
  const ssize_t size = readlink(link.number(target).c_str(), path, sizeof path);
  const ssize_t top_size = readlink(root_link.number(root).c_str(), top, sizeof top);
  if (size <= 0 || top_size <= 0) return failure("resolve mount target", destination);
  std::string_view resolved(path, static_cast<size_t>(size));
  const std::string_view prefix(top, static_cast<size_t>(top_size));
  if (prefix != "/" && resolved.starts_with(prefix)) resolved.remove_prefix(prefix.size());
  if (resolved == "/") return failure(EPERM, "mount on the root", destination);
  if (resolved == "/proc") {
    return type == "proc" || isFilesystem(tree, PROC_SUPER_MAGIC) ? success() : failure(EPERM, "mount over", "/proc");
  }
  if (!resolved.starts_with("/proc/")) return success();
  for (const std::string_view each : coverable) {
    if (resolved == each) return success();
  }
  return failure(EPERM, "mount inside /proc", destination);
}

/** Takes an option out that is not the file system's own. @return whether it was there */
bool takeOption(mount::Options& options, std::string_view name) {
  for (size_t i = 0; i < options.data_count; i++) {
    if (options.data[i] != name) continue;
    options.data[i] = options.data[--options.data_count];
    return true;
  }
  return false;
}

/** Fills a file system with what is in its place. */
Status copyUp(int root, const char* destination, int tree) {
  Fd from;
  const Fd to(openat(tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Status found = rooted::open(root, destination, O_RDONLY | O_DIRECTORY, from);
  if (found.error == ENOENT) return success();
  SLIPWAY_TRY(found);
  return to ? copy_up::copy(from.get(), to.get()) : failure("open", destination);
}

Status openTarget(int root, const json::Value& each, int tree, Fd& target) {
  const char* destination = each["destination"].c_str();
  const std::string_view type = each["type"].string();
  struct stat info{};
  SLIPWAY_TRY(check(fstat(tree, &info), "stat mount source", each["source"].string()));
  if (!S_ISDIR(info.st_mode)) return rooted::makeFile(root, destination, target);
  // A link here would put the container's procfs or sysfs elsewhere, and leave its place to a fake.
  if (type == "proc" || type == "sysfs") {
    Status plain = rooted::openPlain(root, destination, O_PATH | O_DIRECTORY, target);
    if (plain.error != ENOENT) return plain;
  }
  return rooted::makeFolder(root, destination, 0755, target);
}

Status attachOne(int root, const json::Value& each, int tree) {
  Fd target;
  SLIPWAY_TRY(openTarget(root, each, tree, target));
  SLIPWAY_TRY(checkTarget(target.get(), root, tree, each["type"].string(), each["destination"].string()));
  return mount::attach(tree, target.get(), each["destination"].c_str());
}

/** What is mounted from outside the container: a file or folder of the host, or an overlay of its folders. */
Status openSource(Arena& arena, const json::Value& each, mount::Options& options, Fd& tree) {
  if (each["type"].string() != "overlay" || options.bind) return mount::openTree(each["source"].c_str(), options, tree);
  if (options.propagation == 0) options.propagation = MS_PRIVATE, options.propagation_recursive = true;
  return overlay::make(arena, options, tree);
}

} // namespace

Status openSourcesFromParent(Arena& arena, const json::Value& mounts, int*& trees) {
  trees = arena.array<int>(mounts.size() + 1);
  size_t index = 0;
  for (const json::Value& each : mounts) {
    mount::Options options;
    SLIPWAY_TRY(mount::parseOptions(each["options"], options));
    trees[index] = -1;
    const std::string_view type = each["type"].string();
    if (options.bind || type == "bind" || type == "overlay") {
      Fd tree;
      SLIPWAY_TRY(openSource(arena, each, options, tree));
      if (idmap::isAsked(each)) SLIPWAY_TRY(idmap::apply(arena, each, tree.get()));
      trees[index] = tree.release();
    }
    index++;
  }
  return success();
}

Status mountFromInit(Arena& arena, const json::Value& mounts, const int* trees, int root, const cgroup::Place& place,
                     bool own_cgroup_namespace, Mounted& mounted) {
  size_t index = 0;
  for (const json::Value& each : mounts) {
    const std::string_view type = each["type"].string(), destination = each["destination"].string();
    Fd tree(trees[index++]);
    const bool bind = static_cast<bool>(tree);
    mount::Options options;
    SLIPWAY_TRY(mount::parseOptions(each["options"], options));
    if (!bind && (type == "cgroup" || type == "cgroup2")) {
      Fd target;
      SLIPWAY_TRY(rooted::makeFolder(root, each["destination"].c_str(), 0755, target));
      SLIPWAY_TRY(cgroup::mountFromInit(arena, place, own_cgroup_namespace, target.get(), options));
      continue;
    }
    const bool copies = type == "tmpfs" && takeOption(options, "tmpcopyup");
    if (!bind) SLIPWAY_TRY(mount::newFilesystem(each["type"].c_str(), each["source"].c_str(), options, tree));
    if (copies) SLIPWAY_TRY(copyUp(root, each["destination"].c_str(), tree.get()));
    SLIPWAY_TRY(attachOne(root, each, tree.get()));
    if (type == "devpts") mounted.devpts = std::move(tree);
    if (bind && destination == "/dev") mounted.own_dev = false;
  }
  return success();
}

Status bind(Arena& arena, const json::Value& each, int root) {
  mount::Options options;
  Fd tree;
  SLIPWAY_TRY(mount::parseOptions(each["options"], options));
  SLIPWAY_TRY(openSource(arena, each, options, tree));
  return attachOne(root, each, tree.get());
}

} // namespace slipway::container_mounts
