#include "libcontainer/rootfs/overlay.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;

namespace {

/** Layers on a tmpfs of their own, since an upper folder of an overlay cannot lie on another overlay. */
struct Layers {
  std::string top = "/tmp/slipway-overlay-test-XXXXXX";
  std::string lower, upper, work;

  explicit Layers(int count) {
    REQUIRE(mkdtemp(top.data()) != nullptr);
    REQUIRE(::mount("tmpfs", top.c_str(), "tmpfs", 0, nullptr) == 0);
    for (int i = 0; i < count; i++) {
      // As long as the names of layers are.
      const std::string folder = top + "/" + std::string(64, 'a') + std::to_string(i) + "/diff";
      std::filesystem::create_directories(folder);
      std::ofstream(folder + "/" + std::to_string(i)) << i;
      std::ofstream(folder + "/top") << i;
      lower += (i == 0 ? "lowerdir=" : ":") + folder;
    }
    upper = "upperdir=" + top + "/upper";
    work = "workdir=" + top + "/work";
    std::filesystem::create_directory(top + "/upper");
    std::filesystem::create_directory(top + "/work");
  }

  ~Layers() {
    umount2(top.c_str(), MNT_DETACH);
    rmdir(top.c_str());
  }

  mount::Options options() const {
    mount::Options options;
    for (const std::string& each : {std::cref(lower), std::cref(upper), std::cref(work)}) {
      options.data[options.data_count++] = each;
    }
    return options;
  }
};

std::string readAt(int tree, const std::string& name) {
  const Fd fd(openat(tree, name.c_str(), O_RDONLY | O_CLOEXEC));
  char text[64];
  const ssize_t size = fd ? read(fd.get(), text, sizeof text) : 0;
  return {text, size < 0 ? 0 : static_cast<size_t>(size)};
}

ino_t mountNamespace() {
  struct stat info{};
  REQUIRE(stat("/proc/thread-self/ns/mnt", &info) == 0);
  return info.st_ino;
}

void checkOverlay(const Layers& layers, int tree, int count) {
  CHECK(readAt(tree, "top") == "0");
  for (int i = 0; i < count; i++) CHECK(readAt(tree, std::to_string(i)) == std::to_string(i));
  const Fd written(openat(tree, "written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(written);
  CHECK(std::filesystem::exists(layers.top + "/upper/written"));
}

} // namespace

TEST_CASE("stacks layers with fsconfig(2) or whatever the kernel has") {
  const Layers layers(3);
  Arena arena;
  Fd tree;
  REQUIRE(overlay::make(arena, layers.options(), tree).ok());
  checkOverlay(layers, tree.get(), 3);
}

TEST_CASE("stacks more layers with mount(2) than fit a page by their paths, and comes back") {
  const Layers layers(127);
  const ino_t before = mountNamespace();
  const std::filesystem::path folder = std::filesystem::current_path();
  Arena arena;
  Fd tree;
  const Status made = overlay::makeByMount(arena, layers.options(), tree);
  INFO(made.operation, " ", made.path, " ", made.error);
  REQUIRE(made.ok());
  checkOverlay(layers, tree.get(), 127);
  CHECK(mountNamespace() == before);
  CHECK(std::filesystem::current_path() == folder);
}

TEST_CASE("names the layer that is not there, and comes back") {
  const Layers layers(1);
  const ino_t before = mountNamespace();
  const std::string missing = layers.lower + ":" + layers.top + "/missing";
  mount::Options options = layers.options();
  options.data[0] = missing;
  Arena arena;
  Fd tree;
  const Status made = overlay::makeByMount(arena, options, tree);
  CHECK(made.error == ENOENT);
  CHECK(std::string_view(made.path).ends_with("/missing"));
  CHECK(mountNamespace() == before);
}
