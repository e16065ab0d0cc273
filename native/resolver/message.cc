#include "resolver/message.h"

#include <arpa/inet.h>
#include <charconv>

namespace slipway::resolver {

namespace {

constexpr size_t header_size = 12;
constexpr size_t longest_label = 63;
constexpr size_t longest_name = 255;
constexpr uint16_t is_response = 0x8000;
constexpr uint16_t opcode = 0x7800;
constexpr uint16_t truncated = 0x0200;
constexpr uint16_t recursion_desired = 0x0100;
constexpr uint16_t recursion_available = 0x0080;
constexpr uint16_t class_in = 1;
constexpr uint16_t type_opt = 41;
/** Seconds an answer may be kept: what Docker's clients know. */
constexpr uint32_t time_to_live = 600;
constexpr size_t largest_udp = 4096;

uint16_t read16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void put16(Bytes& out, size_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

char lower(uint8_t byte) {
  return static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/** Reads the labels of a question's name, which is never compressed, and moves `at` behind it. */
bool readName(std::span<const uint8_t> packet, size_t& at, std::string& out) {
  for (;;) {
    if (at >= packet.size()) return false;
    const size_t length = packet[at++];
    if (length == 0) return true;
    if (length > longest_label || at + length > packet.size() || out.size() + length > longest_name) return false;
    if (!out.empty()) out.push_back('.');
    for (size_t i = 0; i < length; ++i) out.push_back(lower(packet[at + i]));
    at += length;
  }
}

/** What an OPT record (RFC 6891) right behind the question says about the size of answers. */
size_t roomOf(std::span<const uint8_t> packet, size_t at) {
  const bool alone = read16(packet, 6) == 0 && read16(packet, 8) == 0 && read16(packet, 10) >= 1;
  if (!alone || at + 5 > packet.size() || packet[at] != 0 || read16(packet, at + 1) != type_opt) return 512;
  const size_t said = read16(packet, at + 3);
  return said < 512 ? 512 : said > largest_udp ? largest_udp : said;
}

bool readOctet(const std::string& text, int base, uint8_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string> labelsOf(const std::string& name) {
  std::vector<std::string> labels(1);
  for (const char c : name)
    if (c == '.')
      labels.emplace_back();
    else
      labels.back().push_back(c);
  return labels;
}

} // namespace

bool parse(std::span<const uint8_t> packet, Query& out) {
  if (packet.size() < header_size + 5) return false;
  out.id = read16(packet, 0);
  out.flags = read16(packet, 2);
  if ((out.flags & (is_response | opcode)) != 0 || read16(packet, 4) != 1) return false;
  size_t at = header_size;
  if (!readName(packet, at, out.name) || at + 4 > packet.size()) return false;
  out.type = read16(packet, at);
  out.question = packet.subspan(header_size, at + 4 - header_size);
  out.room = roomOf(packet, at + 4);
  return true;
}

Record nameRecord(const std::string& name) {
  Record out;
  for (const auto& label : labelsOf(name)) {
    if (label.empty() || label.size() > longest_label) return {};
    out.push_back(static_cast<uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
  }
  out.push_back(0);
  return out;
}

Bytes reversed(const std::string& name) {
  const auto labels = labelsOf(name);
  const size_t count = labels.size();
  if (count < 3 || labels[count - 1] != "arpa") return {};
  Bytes out;
  if (labels[count - 2] == "in-addr" && count == 6) {
    out.resize(4);
    for (size_t i = 0; i < 4; ++i)
      if (!readOctet(labels[3 - i], 10, out[i])) return {};
  } else if (labels[count - 2] == "ip6" && count == 34) {
    out.resize(16);
    for (size_t i = 0; i < 16; ++i)
      if (!readOctet(labels[31 - 2 * i] + labels[30 - 2 * i], 16, out[i])) return {};
  }
  return out;
}

Bytes respond(const Query& query, const std::vector<Record>& records, size_t room, uint8_t code) {
  Bytes out;
  size_t count = 0;
  size_t size = header_size + query.question.size();
  while (count < records.size() && size + 12 + records[count].size() <= room) size += 12 + records[count++].size();
  put16(out, query.id);
  const unsigned cut = count < records.size() ? truncated : 0U;
  put16(out, is_response | (query.flags & recursion_desired) | recursion_available | cut | code);
  put16(out, 1);
  put16(out, count);
  put16(out, 0);
  put16(out, 0);
  out.insert(out.end(), query.question.begin(), query.question.end());
  for (size_t i = 0; i < count; ++i) {
    // A pointer to the question's name.
    put16(out, 0xc000 | header_size);
    put16(out, query.type);
    put16(out, class_in);
    put16(out, time_to_live >> 16);
    put16(out, time_to_live & 0xffff);
    put16(out, records[i].size());
    out.insert(out.end(), records[i].begin(), records[i].end());
  }
  return out;
}

} // namespace slipway::resolver
