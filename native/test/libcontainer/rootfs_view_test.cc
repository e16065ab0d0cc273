#include "archive/rooted.h"
#include "libcontainer/rootfs/rootfs_view.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

using namespace slipway;

namespace {

namespace fs = std::filesystem;

/** Layers and a volume on a tmpfs of their own, since an upper folder of an overlay cannot lie on another overlay. */
class Layers {
public:
  Layers() {
    char name[] = "/tmp/slipway-view-XXXXXX";
    folder = mkdtemp(name);
    REQUIRE(mount("tmpfs", folder.c_str(), "tmpfs", 0, nullptr) == 0);
    for (const char* each : {"lower/etc", "upper", "work", "volume"}) fs::create_directories(folder + "/" + each);
    std::ofstream(folder + "/lower/etc/name") << "lower";
    std::ofstream(folder + "/volume/kept") << "volume";
  }

  ~Layers() {
    umount2(folder.c_str(), MNT_DETACH);
    fs::remove(folder);
  }

  Layers(const Layers&) = delete;
  Layers& operator=(const Layers&) = delete;

  std::string request(bool read_only) const {
    return R"({"rootfs":[{"type":"overlay","source":"overlay","options":["lowerdir=)" + folder +
           "/lower\",\"upperdir=" + folder + "/upper\",\"workdir=" + folder +
           R"(/work"]}],"binds":[{"destination":"/data","type":"bind","source":")" + folder +
           R"(/volume","options":["rbind","rprivate"]}],"readOnly":)" + (read_only ? "true}" : "false}");
  }

  std::string folder;
};

Status openView(std::string request, rootfs_view::View& view) {
  Status status;
  std::thread([&] {
    Arena arena;
    const json::Value* read = nullptr;
    const std::size_t size = request.size();
    request.push_back('\0');
    status = json::parse(arena, request.data(), size, read);
    if (!status.ok()) return;
    status = rootfs_view::openOnThread(arena, (*read)["rootfs"], (*read)["binds"], (*read)["readOnly"].boolean(), view);
  }).join();
  return status;
}

std::string textOf(int root, const char* path) {
  Fd file;
  char text[64];
  if (!archive::openInRoot(root, path, O_RDONLY, file).ok()) return "";
  const ssize_t size = read(file.get(), text, sizeof text);
  return {text, static_cast<std::size_t>(size < 0 ? 0 : size)};
}

std::string hostMounts() {
  std::ostringstream text;
  text << std::ifstream("/proc/self/mountinfo").rdbuf();
  return text.str();
}

} // namespace

TEST_CASE("shows a rootfs with its binds, and the host nothing of it") {
  const Layers layers;
  const std::string before = hostMounts();
  rootfs_view::View view;
  REQUIRE(openView(layers.request(false), view).ok());
  CHECK(textOf(view.root.get(), "/etc/name") == "lower");
  CHECK(textOf(view.root.get(), "/data/kept") == "volume");
  CHECK(textOf(view.root.get(), "/../../etc/name") == "lower");
  CHECK(hostMounts() == before);
  const Fd made(openat(view.root.get(), "written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(made);
  CHECK(fs::exists(layers.folder + "/upper/written"));
}

TEST_CASE("a read-only rootfs keeps its binds writable") {
  const Layers layers;
  rootfs_view::View view;
  REQUIRE(openView(layers.request(true), view).ok());
  const Fd refused(openat(view.root.get(), "written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(!refused);
  CHECK(errno == EROFS);
  const Fd made(openat(view.root.get(), "data/written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(made);
  CHECK(fs::exists(layers.folder + "/volume/written"));
}

TEST_CASE("names the source that is missing") {
  const Layers layers;
  fs::remove_all(layers.folder + "/volume");
  rootfs_view::View view;
  const Status status = openView(layers.request(false), view);
  CHECK(status.error == ENOENT);
  CHECK(std::string(status.path) == layers.folder + "/volume");
}
