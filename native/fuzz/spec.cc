// Bytes as an OCI spec: parsed, and its parts read that name nothing of the host.
#include "libcontainer/json.h"
#include "libcontainer/rootfs/mount_options.h"
#include "libcontainer/seccomp.h"

#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace slipway;

namespace {

/** Reads every value as everything that it could be. */
void visit(const json::Value& value, int depth) {
  static_cast<void>(value.string().size() + value.key().size() + strlen(value.c_str()));
  static_cast<void>(value.integer());
  static_cast<void>(value.natural());
  static_cast<void>(value.boolean());
  if (depth > 64) return;
  for (const json::Value& each : value) visit(each, depth + 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  Arena arena;
  const json::Value* spec = nullptr;
  if (!json::parse(arena, text.data(), size, spec).ok()) return 0;
  visit(*spec, 0);
  for (const json::Value& each : (*spec)["mounts"]) {
    mount::Options options;
    static_cast<void>(mount::parseOptions(each["options"], options));
  }
  const json::Value& profile = (*spec)["linux"]["seccomp"];
  if (!profile) return 0;
  const int filter = memfd_create("filter", MFD_CLOEXEC);
  static_cast<void>(seccomp::compile(profile, filter));
  close(filter);
  return 0;
}
