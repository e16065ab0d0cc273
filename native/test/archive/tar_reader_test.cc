#include "archive/tar/tar_reader.h"
#include "test/archive/tar_bytes.h"

#include <doctest/doctest.h>

namespace slipway::archive {

using test::Header;
using test::MemorySource;

namespace {

/** Everything in a tar: the entries and their data. */
struct Listing {
  Status status;
  std::vector<TarEntry> entries;
  std::vector<std::string> data;
};

Status list(TarReader& reader, Listing& out) {
  for (;;) {
    TarEntry entry;
    bool end = false;
    SLIPWAY_TRY(reader.next(entry, end));
    if (end) return success();
    std::string data;
    for (Bytes bytes;;) {
      SLIPWAY_TRY(reader.read(bytes));
      if (bytes.empty()) break;
      data.append(bytes.begin(), bytes.end());
    }
    out.entries.push_back(entry);
    out.data.push_back(data);
  }
}

Listing listTar(const std::string& tar, std::size_t piece = 1000) {
  MemorySource source(tar, piece);
  TarReader reader(source, nullptr);
  Listing out;
  out.status = list(reader, out);
  return out;
}

/** A GNU header: its magic, and base-256 where asked for. */
std::string gnuHeader(Header header) {
  std::string block = test::headerBlock(header);
  block.replace(257, 8, std::string("ustar  \0", 8));
  test::putSum(block);
  return block;
}

} // namespace

TEST_CASE("tar: members in pieces of any size") {
  const std::string tar = test::member({.name = "a", .data = std::string(1500, 'a')}) +
                          test::member({.type = '5', .name = "d/"}) + test::member({.name = "b", .data = "b"}) +
                          test::tarEnd();
  for (const std::size_t piece : {1UL, 7UL, 512UL, 513UL, 100'000UL}) {
    const Listing found = listTar(tar, piece);
    REQUIRE(found.status.ok());
    REQUIRE(found.entries.size() == 3);
    CHECK(found.data[0] == std::string(1500, 'a'));
    CHECK(found.entries[1].kind == EntryKind::directory);
    CHECK(found.data[2] == "b");
    CHECK(found.entries[2].mtime.tv_sec == 1'700'000'000);
  }
}

TEST_CASE("tar: an archive may end without its empty blocks, but not within a member") {
  const std::string tar = test::member({.name = "a", .data = std::string(600, 'a')});
  CHECK(listTar(tar).status.ok());
  for (const std::size_t size : {100UL, 512UL, 1111UL, 1112UL, 1535UL})
    CHECK(listTar(tar.substr(0, size)).status.error == EBADMSG);
}

TEST_CASE("tar: base-256 sizes and owners, GNU long names") {
  std::string header = gnuHeader({.name = "short"});
  header[108] = static_cast<char>(0x80);
  header.replace(109, 7, std::string("\0\0\0\1\0\0\5", 7));
  header[115] = 5;
  test::putSum(header);
  const std::string name(300, 'n');
  const Listing found =
      listTar(test::member({.type = 'L', .name = "././@LongLink", .data = name + '\0'}) +
              test::member({.type = 'K', .name = "././@LongLink", .data = std::string("target\0", 7)}) + header);
  REQUIRE(found.status.ok());
  CHECK(found.entries[0].name == name);
  CHECK(found.entries[0].link == "target");
  CHECK(found.entries[0].uid == 0x1000005);
}

TEST_CASE("tar: pax overrides") {
  const Listing found = listTar(
      test::paxHeader(
          {{"path", "long"}, {"mtime", "12.5"}, {"uid", "70000000"}, {"SCHILY.xattr.user.a", std::string("x\0y", 3)}}) +
      test::member({.name = "short", .data = "x"}) + test::member({.name = "next"}));
  REQUIRE(found.status.ok());
  CHECK(found.entries[0].name == "long");
  CHECK(found.entries[0].mtime.tv_nsec == 500'000'000);
  CHECK(found.entries[0].uid == 70'000'000);
  CHECK(found.entries[0].xattrs[0].second.size() == 3);
  CHECK(found.entries[1].name == "next");
}

TEST_CASE("tar: times before 1970") {
  const Listing found = listTar(test::paxHeader({{"mtime", "-1.25"}}) + test::member({.name = "x"}));
  REQUIRE(found.status.ok());
  CHECK(found.entries[0].mtime.tv_sec == -2);
  CHECK(found.entries[0].mtime.tv_nsec == 750'000'000);
}

TEST_CASE("tar: damaged pax headers") {
  for (const char* records : {"x", "9 a=b\n", "3 \n", "99999999999999999999 a=b\n", "6 a=b", "5 =b\n", "0 a=b\n",
                              "10 size=x1\n", "12 mtime=.\n\n"}) {
    CAPTURE(records);
    CHECK(listTar(test::member({.type = 'x', .name = "pax", .data = records}) + test::member({.name = "x"}))
              .status.error == EBADMSG);
  }
}

TEST_CASE("tar: headers that lie about their size cost nothing") {
  for (const char type : {'x', 'g', 'L', 'K'}) {
    CHECK(listTar(test::headerBlock({.type = type, .name = "big", .size = 1U << 30U})).status.error == EBADMSG);
  }
  CHECK(listTar(test::headerBlock({.name = "big", .size = 077777777777})).status.error == EBADMSG);
  CHECK(listTar(std::string(512, 'x')).status.error == EBADMSG);
}

TEST_CASE("tar: sparse files of all formats") {
  const std::vector<Segment> expected{{1000, 3}, {5000, 2}};
  const auto same = [&](const Listing& found) {
    REQUIRE(found.status.ok());
    const TarEntry& entry = found.entries.at(0);
    CHECK(entry.name == "sparse");
    CHECK(entry.real_size == 6000);
    CHECK(found.data[0] == "abcde");
    REQUIRE(entry.segments.size() == 2);
    CHECK(entry.segments[0].offset == 1000);
    CHECK(entry.segments[1].length == 2);
  };
  std::string old = gnuHeader({.type = 'S', .name = "sparse", .data = "abcde"});
  for (std::size_t i = 0; i < 2; ++i) {
    test::putOctal(old, 386 + i * 24, 11, expected[i].offset);
    test::putOctal(old, 398 + i * 24, 11, expected[i].length);
  }
  test::putOctal(old, 483, 11, 6000);
  test::putSum(old);
  same(listTar(old + "abcde" + std::string(507, '\0')));
  const std::string file = test::member({.name = "GNUSparseFile.0/sparse", .data = "abcde"});
  same(listTar(test::paxHeader({{"GNU.sparse.size", "6000"},
                                {"GNU.sparse.numblocks", "2"},
                                {"GNU.sparse.name", "sparse"},
                                {"GNU.sparse.map", "1000,3,5000,2"}}) +
               file));
  same(listTar(test::paxHeader({{"GNU.sparse.size", "6000"},
                                {"GNU.sparse.offset", "1000"},
                                {"GNU.sparse.numbytes", "3"},
                                {"GNU.sparse.offset", "5000"},
                                {"GNU.sparse.numbytes", "2"},
                                {"path", "sparse"}}) +
               file));
  std::string map = "2\n1000\n3\n5000\n2\n";
  map.resize(512, '\0');
  const std::string pax = test::paxHeader({{"GNU.sparse.major", "1"},
                                           {"GNU.sparse.minor", "0"},
                                           {"GNU.sparse.name", "sparse"},
                                           {"GNU.sparse.realsize", "6000"}});
  same(listTar(pax + test::member({.name = "GNUSparseFile.0/sparse", .data = map + "abcde"})));
  for (const char* bad :
       {"2\n1000\n3\n5000\n9\n", "2\n1000\n3\n999\n2\n", "99999999\n", "x\n", "2\n", "1\n18446744073709551615\n5\n"}) {
    std::string lie = bad;
    lie.resize(512, '\0');
    CAPTURE(bad);
    CHECK(listTar(pax + test::member({.name = "s", .data = lie + "abcde"})).status.error == EBADMSG);
  }
}

} // namespace slipway::archive
