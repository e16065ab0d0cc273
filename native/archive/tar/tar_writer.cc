#include "archive/tar/tar_writer.h"

#include "archive/tar/tar_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace slipway::archive {

namespace {

using Header = std::array<char, tar_block>;

constexpr std::size_t longest_name = 100;
constexpr std::uint64_t most_seven = 07777777;
constexpr std::uint64_t most_eleven = 077777777777;

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

char typeOf(EntryKind kind) {
  switch (kind) {
  case EntryKind::file:
    return '0';
  case EntryKind::hardlink:
    return '1';
  case EntryKind::symlink:
    return '2';
  case EntryKind::character:
    return '3';
  case EntryKind::block:
    return '4';
  case EntryKind::directory:
    return '5';
  case EntryKind::fifo:
    return '6';
  }
  return '0';
}

void putText(Header& header, std::size_t at, std::size_t size, std::string_view text) {
  memcpy(header.data() + at, text.data(), std::min(size, text.size()));
}

/** `digits` octal digits and a NUL; what does not fit stands in the pax header. */
void putNumber(Header& header, std::size_t at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 3U) header[at + i] = static_cast<char>('0' + (value & 7U));
}

Header makeHeader(char type, std::string_view name, std::string_view link, const TarEntry& entry) {
  Header header{};
  const std::uint64_t seconds = entry.mtime.tv_sec < 0 ? 0 : static_cast<std::uint64_t>(entry.mtime.tv_sec);
  putText(header, 0, longest_name, name);
  putNumber(header, 100, 7, entry.mode);
  putNumber(header, 108, 7, entry.uid > most_seven ? 0 : entry.uid);
  putNumber(header, 116, 7, entry.gid > most_seven ? 0 : entry.gid);
  putNumber(header, 124, 11, entry.size > most_eleven ? 0 : entry.size);
  putNumber(header, 136, 11, seconds > most_eleven ? 0 : seconds);
  header[156] = type;
  putText(header, 157, longest_name, link);
  putText(header, 257, 8, std::string_view("ustar\00000", 8));
  putNumber(header, 329, 7, entry.major);
  putNumber(header, 337, 7, entry.minor);
  memset(header.data() + 148, ' ', 8);
  std::uint64_t sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  putNumber(header, 148, 6, sum);
  header[154] = '\0';
  return header;
}

/** "length key=value\n", the length counting its own digits. */
void addRecord(std::string& records, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
  records += std::to_string(length);
  records.append(" ").append(key).append("=").append(value).append("\n");
}

/** Seconds, with nine digits of a fraction if asked for; the fraction of a time before 1970 counts down. */
std::string timeText(timespec time, bool fraction) {
  if (!fraction) return std::to_string(time.tv_sec);
  const bool negative = time.tv_sec < 0;
  if (negative) {
    time.tv_sec = -(time.tv_sec + 1);
    time.tv_nsec = 1'000'000'000 - time.tv_nsec;
  }
  const std::string digits = std::to_string(1'000'000'000 + time.tv_nsec).substr(1);
  return (negative ? "-" : "") + std::to_string(time.tv_sec) + "." + digits;
}

} // namespace

Status TarWriter::pax(const TarEntry& entry) {
  std::string records;
  if (entry.name.size() > longest_name) addRecord(records, "path", entry.name);
  if (entry.link.size() > longest_name) addRecord(records, "linkpath", entry.link);
  if (entry.size > most_eleven) addRecord(records, "size", std::to_string(entry.size));
  if (entry.uid > most_seven) addRecord(records, "uid", std::to_string(entry.uid));
  if (entry.gid > most_seven) addRecord(records, "gid", std::to_string(entry.gid));
  const bool fraction = fractions_ && entry.mtime.tv_nsec != 0;
  if (fraction || entry.mtime.tv_sec < 0 || static_cast<std::uint64_t>(entry.mtime.tv_sec) > most_eleven) {
    addRecord(records, "mtime", timeText(entry.mtime, fraction));
  }
  for (const auto& [key, value] : entry.xattrs) addRecord(records, "SCHILY.xattr." + key, value);
  if (records.empty()) return success();
  TarEntry extended;
  extended.mode = 0644;
  extended.size = records.size();
  const Header header = makeHeader('x', "PaxHeaders.0/entry", "", extended);
  SLIPWAY_TRY(to_.write(bytesOf({header.data(), header.size()})));
  written_ = 0;
  SLIPWAY_TRY(data(bytesOf(records)));
  return finishEntry();
}

Status TarWriter::header(const TarEntry& entry) {
  SLIPWAY_TRY(pax(entry));
  written_ = 0;
  const Header header = makeHeader(typeOf(entry.kind), entry.name, entry.link, entry);
  return to_.write(bytesOf({header.data(), header.size()}));
}

Status TarWriter::data(Bytes bytes) {
  written_ += bytes.size();
  return to_.write(bytes);
}

Status TarWriter::zeros(std::uint64_t count) {
  written_ += count;
  return to_.writeZeros(count);
}

Status TarWriter::finishEntry() {
  return to_.writeZeros((tar_block - written_ % tar_block) % tar_block);
}

Status TarWriter::finish() {
  SLIPWAY_TRY(to_.writeZeros(2 * tar_block));
  return to_.flush();
}

} // namespace slipway::archive
