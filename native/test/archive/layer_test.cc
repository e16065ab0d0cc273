#include "archive/image_archive.h"
#include "archive/layer/layer.h"
#include "archive/remove_tree.h"
#include "archive/split/split_reader.h"
#include "archive/stream/block_queue.h"
#include "libcontainer/fd.h"
#include "test/archive/tar_bytes.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace slipway::archive {

using test::MemorySource;
using test::TemporaryFolder;

namespace {

/** The tar that a layer folder gives back. */
Status join(const std::string& layer, const std::string& diff_id, std::string& out) {
  BlockQueue queue(1024);
  std::thread writer([&] { queue.finish(joinLayer(layer, diff_id, queue)); });
  Status status;
  for (;;) {
    Block block;
    status = queue.read(block);
    if (block.empty()) break;
    out.append(block.bytes.begin(), block.bytes.end());
  }
  writer.join();
  return status;
}

Status unpack(const std::string& tar, const std::string& layer, UnpackedLayer& out) {
  REQUIRE(mkdir(layer.c_str(), 0700) == 0);
  MemorySource source(tar, 4096);
  return unpackLayer(source, layer, out);
}

std::string sampleTar() {
  std::string map = "2\n4096\n3\n100000\n2\n";
  map.resize(512, '\0');
  return test::member({.type = '5', .name = "./"}) + test::member({.type = '5', .name = "d/", .mode = 02775}) +
         test::member({.name = "d/a", .data = std::string(70'000, 'a')}) +
         test::member({.type = '1', .name = "d/b", .link = "/d/a"}) +
         test::member({.type = '2', .name = "s", .link = "d"}) + test::member({.name = "s/c", .data = "c"}) +
         test::paxHeader({{"GNU.sparse.major", "1"},
                          {"GNU.sparse.minor", "0"},
                          {"GNU.sparse.name", "sparse"},
                          {"GNU.sparse.realsize", "200000"}}) +
         test::member({.name = "x", .data = map + "abcde"}) + test::member({.name = "d/a", .data = "again"}) +
         test::paxHeader({{"SCHILY.xattr.user.k", "v"}}) + test::member({.name = "d/.wh.gone"}) +
         test::member({.name = "d/.wh..wh..opq"}) + test::member({.type = '5', .name = "s/"}) +
         test::member({.name = "s/new", .data = "new"}) + test::tarEnd() + std::string(3000, '\0');
}

} // namespace

TEST_CASE("layer: unpacks and gives back byte for byte") {
  const TemporaryFolder folder;
  const std::string layer = folder.path() + "/layer";
  UnpackedLayer unpacked;
  const Status status = unpack(sampleTar(), layer, unpacked);
  CAPTURE(status.operation);
  REQUIRE(status.ok());
  CHECK(test::readFile(layer + "/diff/d/a") == "again");
  CHECK(test::readFile(layer + "/diff/d/b") == std::string(70'000, 'a'));
  CHECK(test::readFile(layer + "/diff/d/c") == "c");
  CHECK(test::readFile(layer + "/diff/s/new") == "new");
  struct stat info{};
  REQUIRE(stat((layer + "/diff/sparse").c_str(), &info) == 0);
  CHECK(info.st_size == 200'000);
  CHECK(info.st_blocks * 512 < 100'000);
  REQUIRE(lstat((layer + "/diff/d/gone").c_str(), &info) == 0);
  CHECK(S_ISCHR(info.st_mode));
  CHECK(unpacked.digest == unpacked.diff_id);
  std::string back;
  const Status joined = join(layer, unpacked.diff_id, back);
  CAPTURE(joined.operation);
  CHECK(joined.ok());
  CHECK(back == sampleTar());
}

TEST_CASE("layer: a changed file is found out") {
  const TemporaryFolder folder;
  const std::string layer = folder.path() + "/layer";
  UnpackedLayer unpacked;
  REQUIRE(unpack(sampleTar(), layer, unpacked).ok());
  REQUIRE(truncate((layer + "/diff/d/a").c_str(), 4) == 0);
  std::string back;
  const Status status = join(layer, unpacked.diff_id, back);
  CHECK(status.error == EBADMSG);
  CHECK(std::string(status.path) == "d/a");
}

TEST_CASE("layer: whatever is done to a tar, nothing happens outside and nothing breaks") {
  const TemporaryFolder folder;
  const std::string canary = folder.path() + "/canary";
  REQUIRE(Fd(open(canary.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0640)));
  const std::string sound = sampleTar();
  std::mt19937 random(20'240'501);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::vector<std::string> pieces{"../",     "/",          "\0", "..", "canary", ".wh.", "\xff\xff\xff\xff",
                                        "7777777", folder.path()};
  for (int round = 0; round < 300; ++round) {
    std::string tar = sound;
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      // Headers are where the harm is; their sum is then made right again, so that the edit gets further.
      const std::size_t block = below(tar.size() / 512) * 512;
      const std::string& piece = pieces[below(pieces.size())];
      const std::size_t at = below(3) == 0 ? 157 : below(300);
      std::string header = tar.substr(block, 512);
      header.replace(at, piece.size(), piece);
      if (header.compare(257, 5, "ustar") == 0) test::putSum(header);
      tar.replace(block, 512, header.substr(0, 512));
    }
    if (below(5) == 0) tar.resize(below(tar.size()));
    const std::string layer = folder.path() + "/layer";
    UnpackedLayer unpacked;
    const Status status = unpack(tar, layer, unpacked);
    if (status.ok()) {
      std::string back;
      const Status joined = join(layer, unpacked.diff_id, back);
      CAPTURE(joined.operation);
      CAPTURE(joined.path);
      CHECK(joined.ok());
      CHECK(back == tar);
    } else {
      CHECK(status.error != 0);
    }
    struct stat info{};
    REQUIRE(stat(canary.c_str(), &info) == 0);
    CHECK(info.st_mode == (S_IFREG | 0640));
    CHECK(info.st_nlink == 1);
    CHECK(info.st_size == 0);
    REQUIRE(removeTree(layer).ok());
  }
}

TEST_CASE("layer: gzip, zstd and images survive random damage") {
  const TemporaryFolder folder;
  const std::string image = test::member({.name = "a/layer.tar", .data = sampleTar()}) +
                            test::member({.name = "manifest.json", .data = "[]"}) + test::tarEnd();
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    std::string bytes = image;
    for (int edit = 0; edit < 3; ++edit) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (round % 4 == 0) bytes = std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10) + bytes;
    if (round % 4 == 1) bytes = std::string("\x28\xb5\x2f\xfd\x04\x58", 6) + bytes;
    MemorySource source(bytes, 1 + random() % 5000);
    ImageArchive found;
    const Status status = readImageArchive(source, folder.path(), found);
    for (const ArchivedLayer& layer : found.layers) {
      const bool there = access((folder.path() + "/" + layer.stage).c_str(), F_OK) == 0;
      CHECK(there == status.ok());
      if (there) REQUIRE(removeTree(folder.path() + "/" + layer.stage).ok());
    }
  }
}

TEST_CASE("removeTree: trees deeper than a path can be") {
  const TemporaryFolder folder;
  const std::string top = folder.path() + "/deep";
  REQUIRE(mkdir(top.c_str(), 0700) == 0);
  Fd at(open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int level = 0; level < 5000; ++level) {
    REQUIRE(mkdirat(at.get(), "name", 0700) == 0);
    REQUIRE(Fd(openat(at.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
    at = Fd(openat(at.get(), "name", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(at);
  }
  CHECK(removeTree(top).ok());
  CHECK(access(top.c_str(), F_OK) != 0);
}

TEST_CASE("block queue: back-pressure, end and cancel") {
  BlockQueue queue(10);
  int called = 0;
  const auto block = Block::copyOf(std::vector<std::uint8_t>(8, 1));
  CHECK(queue.offer(block, [&] { ++called; }));
  CHECK_FALSE(queue.offer(block, [&] { ++called; }));
  Block out;
  CHECK(queue.read(out).ok());
  CHECK(called == 1);
  queue.finish(failure(EIO, "write"));
  CHECK(queue.read(out).ok());
  CHECK(queue.read(out).error == EIO);
  queue.cancel();
  CHECK(queue.read(out).error == ECANCELED);
  CHECK_FALSE(queue.push(block));
}

} // namespace slipway::archive
