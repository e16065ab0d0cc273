#include "test/archive/tar_bytes.h"

#include "archive/remove_tree.h"
#include "archive/tar/tar_header.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <sstream>
#include <stdlib.h>

namespace slipway::archive::test {

void putOctal(std::string& block, std::size_t at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 3U) block[at + i] = static_cast<char>('0' + (value & 7U));
}

void putSum(std::string& block) {
  std::fill_n(block.begin() + 148, 8, ' ');
  std::uint64_t sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  putOctal(block, 148, 6, sum);
  block[154] = '\0';
}

std::string headerBlock(const Header& header) {
  std::string block(tar_block, '\0');
  block.replace(0, std::min<std::size_t>(100, header.name.size()), header.name.substr(0, 100));
  putOctal(block, 100, 7, header.mode);
  putOctal(block, 108, 7, 0);
  putOctal(block, 116, 7, 0);
  putOctal(block, 124, 11, header.size != 0 ? header.size : header.data.size());
  putOctal(block, 136, 11, 1'700'000'000);
  block[156] = header.type;
  block.replace(157, std::min<std::size_t>(100, header.link.size()), header.link.substr(0, 100));
  block.replace(257, 8, std::string("ustar\00000", 8));
  putSum(block);
  return block;
}

std::string member(const Header& header) {
  std::string bytes = headerBlock(header) + header.data;
  bytes.resize((bytes.size() + tar_block - 1) / tar_block * tar_block, '\0');
  return bytes;
}

std::string paxHeader(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string data;
  for (const auto& [key, value] : records) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
    data += std::to_string(length) + " " + key + "=" + value + "\n";
  }
  return member({.type = 'x', .name = "pax", .link = {}, .data = data});
}

std::string tarEnd() {
  return std::string(2 * tar_block, '\0');
}

Status MemorySource::read(Block& out) {
  const std::string_view piece = std::string_view(bytes_).substr(at_, piece_);
  at_ += piece.size();
  out = Block::copyOf({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()});
  return success();
}

TemporaryFolder::TemporaryFolder() : path_("/tmp/slipway-test-XXXXXX") {
  REQUIRE(mkdtemp(path_.data()) != nullptr);
}

TemporaryFolder::~TemporaryFolder() {
  const Status removed = removeTree(path_);
  CHECK(removed.ok());
}

std::string readFile(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

} // namespace slipway::archive::test
