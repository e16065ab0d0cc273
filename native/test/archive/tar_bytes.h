#pragma once

#include "archive/stream/source.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::archive::test {

/** Fields of a header for a test. */
struct Header {
  char type = '0';
  std::string name;
  std::string link;
  std::string data;
  std::uint64_t size = 0;
  unsigned mode = 0644;
};

/** Writes a number in octal with leading zeros, `digits` of them. */
void putOctal(std::string& block, std::size_t at, std::size_t digits, std::uint64_t value);

/** Sets the sum of a header block. */
void putSum(std::string& block);

/** A header block; its size is `header.size`, or that of `header.data`. */
std::string headerBlock(const Header& header);

/** The header and its data, filled to whole blocks. */
std::string member(const Header& header);

/** A pax header with "key=value" records for the member that follows. */
std::string paxHeader(const std::vector<std::pair<std::string, std::string>>& records);

/** Two empty blocks. */
std::string tarEnd();

/** A stream of bytes in memory, in pieces of a given size. */
class MemorySource final : public Source {
public:
  explicit MemorySource(std::string bytes, std::size_t piece = 1000) : bytes_(std::move(bytes)), piece_(piece) {}

  Status read(Block& out) override;

private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

/** A folder that is deleted with its content. */
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

std::string readFile(const std::string& path);

} // namespace slipway::archive::test
