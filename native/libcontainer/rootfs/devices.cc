#include "libcontainer/rootfs/devices.h"

#include "libcontainer/rooted.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/text.h"
#include "libcontainer/user.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace slipway::devices {

namespace {

struct Node {
  const char* path;
  mode_t mode;
  dev_t number;
  uid_t uid = 0;
  gid_t gid = 0;
};

Status bindNode(int root, const Node& node) {
  Fd target, tree;
  SLIPWAY_TRY(rooted::makeFile(root, node.path, target));
  SLIPWAY_TRY(mount::openTree(node.path, mount::Options{}, tree));
  return mount::attach(tree.get(), target.get(), node.path);
}

Status makeNode(int root, const Node& node) {
  const std::string_view path(node.path);
  const size_t slash = path.rfind('/');
  const Text<256> name(path.substr(slash + 1));
  const PathText folder(slash == 0 || slash == path.npos ? std::string_view("/") : path.substr(0, slash));
  if (name.view().empty() || name.cut() || folder.cut()) return failure(EINVAL, "make device", path);
  Fd parent;
  SLIPWAY_TRY(rooted::makeFolder(root, folder.c_str(), 0755, parent));
  if (mknodat(parent.get(), name.c_str(), node.mode, node.number) < 0) {
    return errno == EEXIST ? success() : failure("make device", path);
  }
  // The umask is the daemon's: what mknod left out is put back on exactly this node.
  const Fd made(openat(parent.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  Text<32> self("/proc/self/fd/");
  if (!made) return failure("open device", path);
  SLIPWAY_TRY(check(chmod(self.number(made.get()).c_str(), node.mode & 07777), "set device mode", path));
  if (node.uid == 0 && node.gid == 0) return success();
  return check(fchownat(made.get(), "", node.uid, node.gid, AT_EMPTY_PATH), "set device owner", path);
}

bool readNode(const json::Value& device, Node& node) {
  const std::string_view type = device["type"].string();
  const mode_t kind = type == "b" ? S_IFBLK : type == "p" ? S_IFIFO : type == "c" || type == "u" ? S_IFCHR : 0;
  const auto part = [&](std::string_view name) { return static_cast<unsigned>(device[name].natural()); };
  node.path = device["path"].c_str();
  node.mode = kind | (part("fileMode") == 0 ? 0666 : part("fileMode") & 07777);
  node.number = makedev(part("major"), part("minor"));
  node.uid = part("uid");
  node.gid = part("gid");
  return kind != 0 && node.path[0] == '/';
}

Status makeLinks(int root) {
  static constexpr const char* links[][2] = {{"/proc/self/fd", "fd"},
                                             {"/proc/self/fd/0", "stdin"},
                                             {"/proc/self/fd/1", "stdout"},
                                             {"/proc/self/fd/2", "stderr"},
                                             {"pts/ptmx", "ptmx"}};
  Fd dev;
  SLIPWAY_TRY(rooted::makeFolder(root, "/dev", 0755, dev));
  for (const auto& [target, name] : links) {
    if (symlinkat(target, dev.get(), name) < 0 && errno != EEXIST) return failure("make link", name);
  }
  return success();
}

} // namespace

Status makeFromInit(int root, const json::Value& devices, bool user_namespace) {
  constexpr mode_t mode = S_IFCHR | 0666;
  const Node always[] = {{"/dev/null", mode, makedev(1, 3)},    {"/dev/zero", mode, makedev(1, 5)},
                         {"/dev/full", mode, makedev(1, 7)},    {"/dev/random", mode, makedev(1, 8)},
                         {"/dev/urandom", mode, makedev(1, 9)}, {"/dev/tty", mode, makedev(5, 0)}};
  // The kernel lets nobody make devices in a user namespace, be it the container's or the runtime's own.
  const auto make = user_namespace || user::inNamespace() ? bindNode : makeNode;
  for (const json::Value& device : devices) {
    Node node{};
    if (!readNode(device, node)) return failure(EINVAL, "read devices", device["path"].string());
    SLIPWAY_TRY(make(root, node));
  }
  for (const Node& node : always) SLIPWAY_TRY(make(root, node));
  return makeLinks(root);
}

} // namespace slipway::devices
