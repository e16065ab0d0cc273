#include "archive/tar/tar_header.h"

#include <algorithm>
#include <limits>

namespace slipway::archive {

namespace {

struct Field {
  std::size_t offset;
  std::size_t size;

  Bytes of(Bytes block) const { return block.subspan(offset, size); }
};

constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field uid_field{108, 8};
constexpr Field gid_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field mtime_field{136, 12};
constexpr Field sum_field{148, 8};
constexpr Field link_field{157, 100};
constexpr Field magic_field{257, 8};
constexpr Field major_field{329, 8};
constexpr Field minor_field{337, 8};
constexpr Field prefix_field{345, 155};
constexpr std::size_t type_offset = 156;

/** The sum of all bytes with the sum's own field as blanks; old tars summed signed bytes. */
bool sumMatches(Bytes block, std::int64_t expected) {
  std::int64_t plain = 0;
  std::int64_t with_sign = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= sum_field.offset && i < sum_field.offset + sum_field.size;
    const std::uint8_t byte = own ? std::uint8_t{' '} : block[i];
    plain += byte;
    with_sign += static_cast<std::int8_t>(byte);
  }
  return expected == plain || expected == with_sign;
}

template <typename Number> bool parseField(Bytes block, Field field, Number& out) {
  std::int64_t value = 0;
  if (!parseTarNumber(field.of(block), value)) return false;
  if constexpr (sizeof(Number) < sizeof(value)) {
    if (value < 0 || value > static_cast<std::int64_t>(std::numeric_limits<Number>::max())) return false;
  } else if (std::is_unsigned_v<Number> && value < 0) {
    return false;
  }
  out = static_cast<Number>(value);
  return true;
}

bool parseBase256(Bytes field, std::int64_t& out) {
  const bool negative = (field[0] & 0x40U) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::uint64_t byte = i == 0 ? (negative ? field[0] | 0x80U : field[0] & 0x7fU) : field[i];
    const std::uint64_t top = value >> 55U;
    if (top != (negative ? 0x1ffU : 0U)) return false;
    value = (value << 8U) | byte;
  }
  out = static_cast<std::int64_t>(value);
  return true;
}

bool parseOctal(Bytes field, std::int64_t& out) {
  const auto isPad = [](std::uint8_t byte) { return byte == ' ' || byte == 0; };
  auto at = std::find_if_not(field.begin(), field.end(), [](std::uint8_t byte) { return byte == ' '; });
  std::int64_t value = 0;
  for (; at != field.end() && !isPad(*at); ++at) {
    if (*at < '0' || *at > '7' || value > (std::numeric_limits<std::int64_t>::max() >> 3)) return false;
    value = (value << 3) | (*at - '0');
  }
  out = value;
  return true;
}

} // namespace

bool isZeroBlock(Bytes block) {
  return std::all_of(block.begin(), block.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool parseTarNumber(Bytes field, std::int64_t& out) {
  return (field[0] & 0x80U) != 0 ? parseBase256(field, out) : parseOctal(field, out);
}

std::string_view tarText(Bytes field) {
  const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
  return {reinterpret_cast<const char*>(field.data()), static_cast<std::size_t>(end - field.begin())};
}

Status parseTarHeader(Bytes block, TarHeader& out) {
  std::int64_t sum = 0;
  if (!parseTarNumber(sum_field.of(block), sum) || !sumMatches(block, sum)) {
    return malformed("archive has a header that is no tar header");
  }
  out.type = static_cast<char>(block[type_offset]);
  out.name = tarText(name_field.of(block));
  out.link = tarText(link_field.of(block));
  const std::string_view magic = tarText(magic_field.of(block));
  // GNU's magic is "ustar  ", and what stands in the prefix's place is something else.
  if (magic == "ustar") {
    const std::string_view prefix = tarText(prefix_field.of(block));
    if (!prefix.empty()) out.name = std::string(prefix) + "/" + out.name;
  }
  bool sound = parseField(block, mode_field, out.mode) && parseField(block, uid_field, out.uid) &&
               parseField(block, gid_field, out.gid) && parseField(block, size_field, out.size) &&
               parseField(block, mtime_field, out.mtime);
  // v7 headers have anything here; only device nodes need them.
  if (out.type == '3' || out.type == '4') {
    sound = sound && parseField(block, major_field, out.major) && parseField(block, minor_field, out.minor);
  }
  return sound ? success() : malformed("archive has a header with an impossible number", out.name);
}

} // namespace slipway::archive
