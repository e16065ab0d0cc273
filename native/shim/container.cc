#include "shim/container.h"

#include "libcontainer/file.h"
#include "libcontainer/rootfs/container_mounts.h"
#include "libcontainer/rootfs/rootfs.h"
#include "shim/birth.h"
#include "shim/oci.h"

#include <fcntl.h>
#include <link.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/** Of this program in memory, by the linker. */
extern "C" const ElfW(Ehdr) __ehdr_start;

namespace slipway::shim {

namespace {

/** Static, since the supervisor holds on to it to the end. */
cgroup::Place place;

Status readDocument(Arena& arena, int at, const char* path, const json::Value*& document) {
  char* text = nullptr;
  size_t size = 0;
  if (path == nullptr) {
    SLIPWAY_TRY(file::read(arena, at, text, size));
  } else {
    SLIPWAY_TRY(file::read(arena, at, path, text, size));
  }
  return json::parse(arena, text, size, document);
}

Status prepare(Arena& arena, Setup& setup, Fd& channel) {
  const json::Value& spec = *setup.spec;
  const json::Value& options = *setup.options;
  SLIPWAY_TRY(namespaces::parse(spec["linux"]["namespaces"], setup.namespaces));
  if (!setup.namespaces.own(CLONE_NEWNS)) return failure(EINVAL, "read namespaces", "mount");
  SLIPWAY_TRY(openLog(options));
  SLIPWAY_TRY(cgroup::make(spec["linux"]["cgroupsPath"].c_str(), place));
  SLIPWAY_TRY(rootfs::make(arena, options["rootfs"], setup.rootfs));
  SLIPWAY_TRY(container_mounts::openSourcesFromParent(arena, spec["mounts"], setup.trees));
  if (!options["tty"].boolean()) {
    const uint32_t streams = protocol::out | protocol::err | (options["openStdin"].boolean() ? protocol::in : 0U);
    SLIPWAY_TRY(supervisor.stdio().makePipes(streams, options["stdinOnce"].boolean(), setup.stdio));
  }
  SLIPWAY_TRY(supervisor.control().listen("shim.sock"));
  return channel::makePair(channel, setup.channel);
}

Status make(Arena& arena, int options, Setup& setup, Child& child) {
  SLIPWAY_TRY(readDocument(arena, options, nullptr, setup.options));
  if ((*setup.options)["runtime"]) return oci::makeContainer(arena, *setup.options, place, child);
  SLIPWAY_TRY(readDocument(arena, AT_FDCWD, "config.json", setup.spec));
  SLIPWAY_TRY(prepare(arena, setup, child.channel));
  SLIPWAY_TRY(makeInit(arena, setup, runInit, child.pid, child.pidfd));
  setup.channel.reset();
  Status status = settle(arena, setup, child.pid, child.channel.get());
  if (status.ok()) return status;
  return abandon(child, status);
}

} // namespace

Status openLog(const json::Value& options) {
  const json::Value& log = options["log"];
  if (log["driver"].string() != "json-file") return success();
  LogOptions wanted{.path = log["path"].string(),
                    .max_size = log["maxSize"].natural(),
                    .max_files = static_cast<unsigned>(log["maxFiles"].natural(1)),
                    .compress = log["compress"].boolean(),
                    .attributes = log["attributes"].string()};
  return supervisor.log().open(wanted);
}

/** Most of the program was for making the container: it need not stay mapped, and comes back when it is run again. */
static void leaveProgram() {
  const uintptr_t page_size = getauxval(AT_PAGESZ);
  const auto* headers =
      reinterpret_cast<const ElfW(Phdr)*>(reinterpret_cast<const char*>(&__ehdr_start) + __ehdr_start.e_phoff);
  for (size_t i = 0; i < __ehdr_start.e_phnum; i++) {
    const ElfW(Phdr)& part = headers[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    madvise(reinterpret_cast<void*>(part.p_vaddr / page_size * page_size), part.p_memsz, MADV_DONTNEED);
  }
}

int runContainer(Given& given) {
  Status status = supervisor.setUp(std::move(given.control), {.container = true, .place = &place});
  Child child;
  if (status.ok()) {
    // Gone with this block: what it took to make the container, and every descriptor of it.
    Arena arena;
    Setup setup;
    setup.place = &place;
    setup.filter = given.filter.get();
    status = make(arena, given.options.get(), setup, child);
    for (size_t i = 0; setup.trees != nullptr && i < (*setup.spec)["mounts"].size(); i++) Fd(setup.trees[i]).reset();
    given.options.reset();
    given.filter.reset();
  }
  if (!status.ok()) {
    supervisor.reportFailure(status);
    static_cast<void>(cgroup::remove(place));
    supervisor.runUntilHeard();
    return 1;
  }
  leaveProgram();
  supervisor.run(std::move(child));
  return 0;
}

} // namespace slipway::shim
