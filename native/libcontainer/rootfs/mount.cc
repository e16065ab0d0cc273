#include "libcontainer/rootfs/mount.h"

#include "libcontainer/text.h"

#include <fcntl.h>
#include <sys/syscall.h>

namespace slipway::mount {

static Status copyTree(int at, const char* path, unsigned flags, Fd& tree) {
  tree = Fd(syscall(SYS_open_tree, at, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags));
  return tree ? success() : failure("open mount source", path);
}

Status openTree(const char* source, const Options& options, Fd& tree) {
  SLIPWAY_TRY(copyTree(AT_FDCWD, source, options.bind_recursive ? AT_RECURSIVE : 0, tree));
  Status status = setAttributes(tree.get(), options);
  return status.ok() ? status : failure(status.error, status.operation, source);
}

Status openTree(int fd, bool recursive, Fd& tree) {
  return copyTree(fd, "", AT_EMPTY_PATH | (recursive ? static_cast<unsigned>(AT_RECURSIVE) : 0U), tree);
}

/** One option of a file system: "key=value" or a flag. */
static Status configure(int context, std::string_view option) {
  const size_t equals = option.find('=');
  const Text<256> key(option.substr(0, equals));
  if (equals == option.npos) {
    return check(syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0), "set mount option",
                 option);
  }
  const PathText value(option.substr(equals + 1));
  if (key.cut() || value.cut()) return failure(ENAMETOOLONG, "set mount option", option);
  return check(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0), "set mount option",
               option);
}

Status newFilesystem(const char* type, const char* source, const Options& options, Fd& tree) {
  const Fd context(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
  if (!context) return failure("open file system", type);
  if (source != nullptr && source[0] != '\0') {
    SLIPWAY_TRY(check(syscall(SYS_fsconfig, context.get(), FSCONFIG_SET_STRING, "source", source, 0),
                      "set mount source", source));
  }
  for (size_t i = 0; i < options.data_count; i++) SLIPWAY_TRY(configure(context.get(), options.data[i]));
  SLIPWAY_TRY(
      check(syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), "make file system", type));
  tree = Fd(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0));
  if (!tree) return failure("mount file system", type);
  return setAttributes(tree.get(), options);
}

static Status setAttribute(int tree, mount_attr attributes, bool recursive) {
  if (attributes.attr_set == 0 && attributes.attr_clr == 0 && attributes.propagation == 0) return success();
  const unsigned flags = AT_EMPTY_PATH | (recursive ? static_cast<unsigned>(AT_RECURSIVE) : 0U);
  return check(syscall(SYS_mount_setattr, tree, "", flags, &attributes, sizeof attributes), "set mount attributes");
}

Status setAttributes(int tree, const Options& options) {
  SLIPWAY_TRY(setAttribute(tree, options.once, false));
  SLIPWAY_TRY(setAttribute(tree, options.recursive, true));
  return setAttribute(tree, mount_attr{.propagation = options.propagation}, options.propagation_recursive);
}

Status attach(int tree, int target, const char* name) {
  return check(syscall(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
               "mount", name);
}

Status makeReadOnly(int tree, bool recursive) {
  return setAttribute(tree, mount_attr{.attr_set = MOUNT_ATTR_RDONLY}, recursive);
}

} // namespace slipway::mount
