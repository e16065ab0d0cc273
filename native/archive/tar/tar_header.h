#pragma once

#include "archive/stream/source.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::archive {

inline constexpr std::size_t tar_block = 512;

/** The fields of one 512-byte header: POSIX.1-1988 ustar, GNU and v7 (pax(1) "ustar Interchange Format", tar(5)). */
struct TarHeader {
  char type = '0';
  std::string name;
  std::string link;
  std::uint32_t mode = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
};

bool isZeroBlock(Bytes block);

/** Checks the sum and reads the fields. `block` has 512 bytes. */
Status parseTarHeader(Bytes block, TarHeader& out);

/** A numeric field: octal, or base-256 when its first bit is set. False when it is neither or does not fit. */
bool parseTarNumber(Bytes field, std::int64_t& out);

/** A text field up to its NUL or its end. */
std::string_view tarText(Bytes field);

} // namespace slipway::archive
