#include "libcontainer/rooted.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;
namespace fs = std::filesystem;

namespace {

struct Root {
  Root() {
    char name[] = "/tmp/slipway-rooted-XXXXXX";
    folder = mkdtemp(name);
    fs::create_directories(folder / "root");
    fd = Fd(open((folder / "root").c_str(), O_PATH | O_DIRECTORY));
  }

  ~Root() { fs::remove_all(folder); }

  fs::path folder;
  Fd fd;
};

} // namespace

TEST_CASE("links of a rootfs lead nowhere outside of it") {
  const Root root;
  fs::create_directories(root.folder / "outside");
  fs::create_symlink(root.folder / "outside", root.folder / "root/absolute");
  fs::create_symlink("../../../../../outside", root.folder / "root/climbing");
  Fd made;
  REQUIRE(rooted::makeFolder(root.fd.get(), "/absolute/deep", 0755, made).ok());
  REQUIRE(rooted::makeFile(root.fd.get(), "climbing/file", made).ok());
  CHECK(fs::is_empty(root.folder / "outside"));
  CHECK(fs::is_regular_file(root.folder / "root/outside/file"));
}

TEST_CASE("makes the target of a link that dangles") {
  const Root root;
  fs::create_directories(root.folder / "root/etc");
  fs::create_symlink("../run/resolve/resolv.conf", root.folder / "root/etc/resolv.conf");
  Fd made;
  REQUIRE(rooted::makeFile(root.fd.get(), "/etc/resolv.conf", made).ok());
  CHECK(fs::is_regular_file(root.folder / "root/run/resolve/resolv.conf"));
}

TEST_CASE("refuses loops and magic links") {
  const Root root;
  fs::create_symlink("b", root.folder / "root/a");
  fs::create_symlink("a", root.folder / "root/b");
  Fd fd;
  CHECK(rooted::makeFolder(root.fd.get(), "/a/x", 0755, fd).error == ELOOP);
  const Fd host(open("/", O_PATH | O_DIRECTORY));
  CHECK(rooted::open(host.get(), "/proc/self/root/etc", O_PATH, fd).error == ELOOP);
  fs::create_symlink("/tmp", root.folder / "root/link");
  CHECK(rooted::openPlain(root.fd.get(), "/link", O_PATH, fd).error == ELOOP);
}
