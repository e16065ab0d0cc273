#include "libcontainer/file.h"
#include "libcontainer/json_log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

using namespace slipway;

namespace {

/** A log in a folder of its own, removed at the end. */
class LogFile {
public:
  LogFile() {
    char name[] = "/tmp/slipway-log-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/log";
  }

  ~LogFile() {
    for (const char* suffix : {"", ".1", ".2", ".3", ".1.gz", ".2.gz"}) unlink((path_ + suffix).c_str());
    rmdir(folder_.c_str());
  }

  Status open(uint64_t max_size = 0, unsigned max_files = 1, std::string_view attributes = {}, bool compress = false) {
    return log->open(
        {.path = path_, .max_size = max_size, .max_files = max_files, .compress = compress, .attributes = attributes});
  }

  bool has(const std::string& suffix) const { return access((path_ + suffix).c_str(), F_OK) == 0; }

  /** What gunzip makes of a compressed file. */
  std::string unpacked(const std::string& suffix) const {
    gzFile_s* file = gzopen((path_ + suffix).c_str(), "r");
    char text[4096];
    const int size = gzread(file, text, sizeof text);
    gzclose(file);
    return {text, static_cast<size_t>(size)};
  }

  std::string text(const std::string& suffix = "") const {
    Arena arena;
    char* text = nullptr;
    size_t size = 0;
    if (!file::read(arena, AT_FDCWD, (path_ + suffix).c_str(), text, size).ok()) return {};
    return {text, size};
  }

  const std::string& path() const { return path_; }

  std::unique_ptr<JsonLog> log = std::make_unique<JsonLog>();

private:
  std::string folder_, path_;
};

} // namespace

TEST_CASE("writes Docker's records") {
  LogFile file;
  REQUIRE(file.open(0, 1, R"({"tag":"x"})").ok());
  file.log->write(JsonLog::out, "hel");
  file.log->write(JsonLog::out, "lo\n");
  file.log->flush();
  const std::string text = file.text();
  CHECK(text.starts_with(R"({"log":"hello\n","stream":"stdout","attrs":{"tag":"x"},"time":"20)"));
  CHECK(text.ends_with("Z\"}\n"));
}

TEST_CASE("escapes as Docker does") {
  LogFile file;
  REQUIRE(file.open().ok());
  file.log->write(JsonLog::err, "\"\\\r\t<&>\x7f\xc3\xa9\xff\xe2\x80\xa8\xed\xa0\x80\n");
  file.log->flush();
  const std::string text = file.text();
  CAPTURE(text);
  CHECK(text.starts_with(
      "{\"log\":\"\\\"\\\\\\r\\u0009\\u003c\\u0026\\u003e\x7f\xc3\xa9\\ufffd\\u2028\\ufffd\\ufffd\\ufffd\\n\","
      "\"stream\":\"stderr\""));
}

TEST_CASE("parts long lines, and leaves out the newline of a tail") {
  LogFile file;
  REQUIRE(file.open().ok());
  file.log->write(JsonLog::out, std::string(20000, 'x') + "\ntail");
  file.log->end(JsonLog::out);
  file.log->flush();
  const std::string text = file.text();
  CHECK(text.find("{\"log\":\"" + std::string(16384, 'x') + "\",") == 0);
  CHECK(text.find("{\"log\":\"" + std::string(20000 - 16384, 'x') + "\\n\",") != text.npos);
  CHECK(text.find("{\"log\":\"tail\",") != text.npos);
}

TEST_CASE("rotates between records") {
  LogFile file;
  REQUIRE(file.open(100, 3).ok());
  for (int i = 0; i < 8; i++) file.log->write(JsonLog::out, "line of some length " + std::to_string(i) + "\n");
  file.log->flush();
  CHECK(file.text().find("length 7") != std::string::npos);
  CHECK(file.text(".1").find("length 4") != std::string::npos);
  CHECK(file.text(".3").empty());
  CHECK(file.text(".1").ends_with("}\n"));
}

TEST_CASE("compresses what was rotated, and tells which file it was") {
  LogFile file;
  REQUIRE(file.open(100, 3, {}, true).ok());
  const auto write = [&file](int from, int to) {
    for (int i = from; i < to; i++) file.log->write(JsonLog::out, "line of some length " + std::to_string(i) + "\n");
    file.log->flush();
  };
  write(0, 1);
  struct stat first{};
  REQUIRE(stat(file.path().c_str(), &first) == 0);
  // The last rotation waits for the file before it.
  write(1, 8);
  CHECK(file.text().find("length 7") != std::string::npos);
  CHECK_FALSE(file.has(".2"));
  CHECK(file.unpacked(".2.gz").find("length 2") != std::string::npos);
  CHECK(file.unpacked(".2.gz").ends_with("}\n"));
  CHECK_FALSE(file.has(".3.gz"));
  const std::string packed = file.text(".2.gz");
  REQUIRE(packed.size() > 32);
  CHECK(packed.substr(0, 4) == std::string("\x1f\x8b\x08\x04", 4));
  CHECK(packed.substr(12, 4) == std::string("SL\x10\0", 4));
  CHECK(packed.substr(16, 8) != std::string(8, '\0'));
  file.log->stopCompressing();
  CHECK(file.has(".1") != file.has(".1.gz"));
  CHECK_FALSE(file.has(".1.gz.new.gz"));
}

TEST_CASE("refuses a link in the place of the log") {
  LogFile file;
  REQUIRE(symlink("/tmp/elsewhere", file.path().c_str()) == 0);
  CHECK(file.open().error == ELOOP);
}
