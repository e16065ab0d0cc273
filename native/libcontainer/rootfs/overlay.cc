#include "libcontainer/rootfs/overlay.h"

#include "libcontainer/rootfs/mount.h"
#include "libcontainer/text.h"

#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace slipway::overlay {

namespace {

constexpr std::string_view lowerdir = "lowerdir=";
/** A folder that every host has and no layer lies in: where mount(2) puts an overlay first. */
constexpr const char* spare_folder = "/sys";

/** Cuts the first folder off a list with colons. */
std::string_view nextFolder(std::string_view& list) {
  const size_t colon = list.find(':');
  const std::string_view folder = list.substr(0, colon);
  list = colon == list.npos ? std::string_view() : list.substr(colon + 1);
  return folder;
}

Status addLayers(int context, std::string_view list) {
  while (!list.empty()) {
    const PathText folder(nextFolder(list));
    if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "lowerdir+", folder.c_str(), 0) == 0) continue;
    return failure("add overlay layer", folder.view());
  }
  return success();
}

Status configureOverlay(int context, const mount::Options& options) {
  for (size_t i = 0; i < options.data_count; i++) {
    const std::string_view option = options.data[i];
    if (option.starts_with(lowerdir)) {
      SLIPWAY_TRY(addLayers(context, option.substr(lowerdir.size())));
      continue;
    }
    const size_t equals = option.find('=');
    const Text<64> key(option.substr(0, equals));
    const PathText value(equals == option.npos ? std::string_view() : option.substr(equals + 1));
    const auto command = equals == option.npos ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    const char* text = equals == option.npos ? nullptr : value.c_str();
    SLIPWAY_TRY(check(syscall(SYS_fsconfig, context, command, key.c_str(), text, 0), "set overlay option", option));
  }
  return success();
}

/** Whether fsconfig(2) takes an overlay's layers one by one. Told by version: asking writes to the kernel's log. */
bool takesLayers() {
  utsname kernel{};
  if (uname(&kernel) < 0) return false;
  char* rest = nullptr;
  const unsigned long major = strtoul(kernel.release, &rest, 10);
  return major > 6 || (major == 6 && *rest == '.' && strtoul(rest + 1, nullptr, 10) >= 7);
}

Status makeByParts(const mount::Options& options, Fd& tree) {
  const Fd context(syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC));
  if (!context) return failure("open file system", "overlay");
  SLIPWAY_TRY(configureOverlay(context.get(), options));
  SLIPWAY_TRY(check(syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), "mount overlay"));
  tree = Fd(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0));
  if (!tree) return failure("mount overlay");
  return mount::setAttributes(tree.get(), options);
}

/**
 * The options of mount(2), which takes no more than a page of them: folders are named by the numbers of their
 * descriptors, relative to /proc/thread-self/fd.
 */
class MountData {
public:
  explicit MountData(Arena& arena) : arena_(arena) {}

  Status add(std::string_view option) {
    const size_t equals = option.find('=');
    const std::string_view key = option.substr(0, equals);
    text_ = arena_.join(text_, text_[0] == '\0' ? "" : ",");
    if (key != "lowerdir" && key != "upperdir" && key != "workdir") {
      text_ = arena_.join(text_, option);
      return success();
    }
    std::string_view list = option.substr(equals + 1);
    text_ = arena_.join(text_, key, "=");
    if (key != "lowerdir") return addFolder(list);
    for (bool first = true; !list.empty(); first = false) {
      if (!first) text_ = arena_.join(text_, ":");
      SLIPWAY_TRY(addFolder(nextFolder(list)));
    }
    return success();
  }

  const char* text() const { return text_; }

private:
  /** What overlayfs stacks at most (500 layers), the upper and the work folder. */
  static constexpr size_t most_folders = 502;

  Status addFolder(std::string_view path) {
    if (count_ == most_folders) return failure(E2BIG, "add overlay layer", path);
    Fd& folder = folders_[count_++];
    folder = Fd(open(arena_.join(path), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return failure("open overlay layer", path);
    Text<16> number;
    text_ = arena_.join(text_, number.number(folder.get()).view());
    return success();
  }

  Arena& arena_;
  Fd folders_[most_folders];
  size_t count_ = 0;
  const char* text_ = "";
};

/** In a mount namespace that is gone afterwards. */
Status mountAndCopy(Arena& arena, const mount::Options& options, Fd& tree) {
  SLIPWAY_TRY(check(unshare(CLONE_NEWNS), "make mount namespace"));
  SLIPWAY_TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private", "/"));
  MountData data(arena);
  // Opened here: overlayfs takes no folder through a mount of another namespace.
  for (size_t i = 0; i < options.data_count; i++) SLIPWAY_TRY(data.add(options.data[i]));
  SLIPWAY_TRY(check(chdir("/proc/thread-self/fd"), "chdir", "/proc/thread-self/fd"));
  SLIPWAY_TRY(check(::mount("overlay", spare_folder, "overlay", 0, data.text()), "mount overlay"));
  SLIPWAY_TRY(mount::openTree(spare_folder, mount::Options{.propagation = MS_PRIVATE}, tree));
  return mount::setAttributes(tree.get(), options);
}

} // namespace

Status make(Arena& arena, const mount::Options& options, Fd& tree) {
  return takesLayers() ? makeByParts(options, tree) : makeByMount(arena, options, tree);
}

Status makeByMount(Arena& arena, const mount::Options& options, Fd& tree) {
  const Fd home(open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC));
  const Fd folder(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!home || !folder) return failure("open mount namespace");
  const Status made = mountAndCopy(arena, options, tree);
  // Also where the namespace was not left: joining its own does no harm.
  SLIPWAY_TRY(check(setns(home.get(), CLONE_NEWNS), "return to mount namespace"));
  SLIPWAY_TRY(check(fchdir(folder.get()), "return to folder"));
  return made;
}

} // namespace slipway::overlay
