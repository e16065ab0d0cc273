#include "libcontainer/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::capabilities {

/** In the order of their numbers (linux/capability.h). */
static constexpr std::string_view names[] = {"CHOWN",
                                             "DAC_OVERRIDE",
                                             "DAC_READ_SEARCH",
                                             "FOWNER",
                                             "FSETID",
                                             "KILL",
                                             "SETGID",
                                             "SETUID",
                                             "SETPCAP",
                                             "LINUX_IMMUTABLE",
                                             "NET_BIND_SERVICE",
                                             "NET_BROADCAST",
                                             "NET_ADMIN",
                                             "NET_RAW",
                                             "IPC_LOCK",
                                             "IPC_OWNER",
                                             "SYS_MODULE",
                                             "SYS_RAWIO",
                                             "SYS_CHROOT",
                                             "SYS_PTRACE",
                                             "SYS_PACCT",
                                             "SYS_ADMIN",
                                             "SYS_BOOT",
                                             "SYS_NICE",
                                             "SYS_RESOURCE",
                                             "SYS_TIME",
                                             "SYS_TTY_CONFIG",
                                             "MKNOD",
                                             "LEASE",
                                             "AUDIT_WRITE",
                                             "AUDIT_CONTROL",
                                             "SETFCAP",
                                             "MAC_OVERRIDE",
                                             "MAC_ADMIN",
                                             "SYSLOG",
                                             "WAKE_ALARM",
                                             "BLOCK_SUSPEND",
                                             "AUDIT_READ",
                                             "PERFMON",
                                             "BPF",
                                             "CHECKPOINT_RESTORE"};

static constexpr uint64_t bit(int number) {
  return uint64_t{1} << number;
}

int number(std::string_view name) {
  if (name.starts_with("CAP_")) name.remove_prefix(4);
  for (size_t i = 0; i < std::size(names); i++) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

Status parse(const json::Value& list, uint64_t& set) {
  set = 0;
  for (const json::Value& name : list) {
    const int found = number(name.string());
    if (found < 0) return failure(EINVAL, "read capabilities", name.string());
    set |= bit(found);
  }
  return success();
}

Status limitBoundingFromInit(uint64_t bounding) {
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
    if (i < 64 && (bounding & bit(i)) != 0) continue;
    if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 0) continue;
    SLIPWAY_TRY(check(prctl(PR_CAPBSET_DROP, i, 0, 0, 0), "drop bounding capability"));
  }
  return success();
}

Status setFromInit(uint64_t effective, uint64_t permitted, uint64_t inheritable, uint64_t ambient) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  for (unsigned i = 0; i < 2; i++) {
    data[i].effective = static_cast<uint32_t>(effective >> (32 * i));
    data[i].permitted = static_cast<uint32_t>(permitted >> (32 * i));
    data[i].inheritable = static_cast<uint32_t>(inheritable >> (32 * i));
  }
  SLIPWAY_TRY(check(syscall(SYS_capset, &header, data), "set capabilities"));
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
    return failure("clear ambient capabilities");
  for (int i = 0; i < 64; i++) {
    if ((ambient & bit(i)) == 0) continue;
    SLIPWAY_TRY(check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0), "raise ambient capability"));
  }
  return success();
}

} // namespace slipway::capabilities
