#include "runtime/validate.h"

#include "libcontainer/rootfs/idmap.h"

#include <sched.h>

namespace slipway::runtime {

/** Fields that would change what a container may do, and are not done here: taken in silence they would be a trap. */
static Status refuseUnknown(const json::Value& linux) {
  for (const std::string_view name : {"intelRdt", "mountLabel", "memoryPolicy", "netDevices"}) {
    const json::Value& field = linux[name];
    if (field && (field.type() != json::Value::Type::string || !field.string().empty()))
      return failure(ENOTSUP, "spec field is not supported", name);
  }
  return success();
}

static Status checkMounts(const json::Value& mounts) {
  for (const json::Value& each : mounts) {
    if (each["destination"].string().empty()) return failure(EINVAL, "read mount without destination");
    const bool bind =
        each["type"].string() == "bind" || each["options"].contains("bind") || each["options"].contains("rbind");
    if (idmap::isAsked(each) && !bind)
      return failure(ENOTSUP, "only binds can have their owners mapped", each["destination"].string());
  }
  return success();
}

Status validate(const json::Value& spec) {
  const std::string_view version = spec["ociVersion"].string();
  if (!version.starts_with("1.")) return failure(EINVAL, "read ociVersion", version);
  if (spec["root"]["path"].string().empty()) return failure(EINVAL, "read root.path, which is missing");
  const json::Value& process = spec["process"];
  if (process && process["cwd"].string().substr(0, 1) != "/")
    return failure(EINVAL, "read process.cwd, which must be absolute");
  if (process["execCPUAffinity"] && process["execCPUAffinity"].type() != json::Value::Type::object)
    return failure(EINVAL, "read process.execCPUAffinity");
  SLIPWAY_TRY(checkMounts(spec["mounts"]));
  return refuseUnknown(spec["linux"]);
}

} // namespace slipway::runtime
