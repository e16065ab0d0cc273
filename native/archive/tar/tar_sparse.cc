// Sparse files in a tar: GNU tar manual, "Storing Sparse Files" (old GNU, pax 0.0, 0.1 and 1.0).
#include "archive/tar/tar_reader.h"

#include <algorithm>

namespace slipway::archive {

namespace {

/** A sound file of this many pieces is of no use to anybody, and the map is held in memory. */
constexpr std::size_t most_segments = 1U << 20U;

constexpr std::size_t pair_size = 24;

/** One {offset, length} of the old GNU format; an empty offset ends the list. */
bool parsePair(Bytes pair, Segment& out) {
  std::int64_t offset = 0;
  std::int64_t length = 0;
  if (!parseTarNumber(pair.first(12), offset) || !parseTarNumber(pair.subspan(12, 12), length)) return false;
  if (offset < 0 || length < 0) return false;
  out = {static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length)};
  return true;
}

Status checkMap(const TarEntry& entry) {
  std::uint64_t end = 0;
  std::uint64_t total = 0;
  for (const Segment& segment : entry.segments) {
    if (segment.offset < end || segment.length > entry.real_size || segment.offset > entry.real_size - segment.length) {
      return malformed("archive has a sparse file with an impossible map", entry.name);
    }
    end = segment.offset + segment.length;
    total += segment.length;
  }
  return total == entry.size ? success() : malformed("archive has a sparse file with an impossible map", entry.name);
}

} // namespace

Status TarReader::applySparse(const TarHeader& header, const Pax& pax, TarEntry& out) {
  if (out.kind != EntryKind::file) return malformed("archive has a sparse entry that is no file", out.name);
  if (header.type == 'S') {
    SLIPWAY_TRY(oldGnuMap(out));
  } else {
    out.real_size = pax.sparse.real_size.value_or(out.size);
    out.segments = pax.sparse.map;
    if (pax.sparse.major == 1 && pax.sparse.minor == 0)
      SLIPWAY_TRY(sparseMapInData(out));
    else if (pax.sparse.major != 0)
      return malformed("archive has a sparse file of an unknown format", out.name);
  }
  return checkMap(out);
}

/** Four pairs stand in the header, 21 more in each block that follows as long as the last one says so. */
Status TarReader::oldGnuMap(TarEntry& out) {
  constexpr std::size_t map_offset = 386;
  constexpr std::size_t real_size_offset = 483;
  std::int64_t real_size = 0;
  if (!parseTarNumber(Bytes{scratch_}.subspan(real_size_offset, 12), real_size) || real_size < 0) {
    return malformed("archive has a sparse file with an impossible size", out.name);
  }
  out.real_size = static_cast<std::uint64_t>(real_size);
  out.segments.clear();
  Bytes pairs = Bytes{scratch_}.subspan(map_offset, 4 * pair_size);
  bool extended = scratch_[482] != 0;
  for (;;) {
    for (; !pairs.empty() && pairs[0] != 0; pairs = pairs.subspan(pair_size)) {
      Segment segment{};
      if (!parsePair(pairs, segment)) return malformed("archive has a sparse file with an impossible map", out.name);
      out.segments.push_back(segment);
    }
    if (!extended) return success();
    if (out.segments.size() > most_segments) return malformed("archive has a sparse file in too many pieces", out.name);
    Bytes block;
    SLIPWAY_TRY(this->header(block));
    if (block.empty()) return malformed("archive is cut short");
    SLIPWAY_TRY(pass(block));
    pairs = block.first(21 * pair_size);
    extended = block[504] != 0;
  }
}

/** Format 1.0: "count\n" and "offset\nlength\n" for each, at the start of the data, filled to a whole block. */
Status TarReader::sparseMapInData(TarEntry& out) {
  std::uint64_t count = 0;
  std::uint64_t number = 0;
  std::uint64_t wanted = 1;
  std::size_t digits = 0;
  out.segments.clear();
  for (std::uint64_t seen = 0; seen < wanted;) {
    Bytes block;
    SLIPWAY_TRY(header(block));
    if (block.empty() || remaining_ < tar_block) return malformed("archive is cut short");
    remaining_ -= tar_block;
    SLIPWAY_TRY(pass(block));
    for (const std::uint8_t byte : block) {
      if (seen == wanted) break;
      if (byte >= '0' && byte <= '9' && ++digits < 19) {
        number = number * 10 + (byte - std::uint64_t{'0'});
        continue;
      }
      if (byte != '\n' || digits == 0) return malformed("archive has a sparse file with an impossible map", out.name);
      if (seen == 0) {
        count = number;
        if (count > most_segments) return malformed("archive has a sparse file in too many pieces", out.name);
        wanted = 1 + 2 * count;
      } else if (seen % 2 == 1) {
        out.segments.push_back({number, 0});
      } else {
        out.segments.back().length = number;
      }
      ++seen;
      number = 0;
      digits = 0;
    }
  }
  out.size = remaining_;
  return success();
}

} // namespace slipway::archive
