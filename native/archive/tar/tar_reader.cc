#include "archive/tar/tar_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace slipway::archive {

namespace {

/** What an extended header or a long name may be at most; the largest sound ones hold a few xattrs of 64 KiB. */
constexpr std::uint64_t most_extended = 1024 * 1024;

std::optional<EntryKind> kindOf(const TarHeader& header) {
  switch (header.type) {
  case '\0':
  case '0':
  case '7':
    // v7 told folders by their names alone.
    return header.name.ends_with('/') && header.size == 0 ? EntryKind::directory : EntryKind::file;
  case 'S':
    return EntryKind::file;
  case '1':
    return EntryKind::hardlink;
  case '2':
    return EntryKind::symlink;
  case '3':
    return EntryKind::character;
  case '4':
    return EntryKind::block;
  case '5':
    return EntryKind::directory;
  case '6':
    return EntryKind::fifo;
  default:
    return std::nullopt;
  }
}

/** -1 means "leave it" to chown(2), so it is no owner. */
bool isOwner(std::uint64_t id) {
  return id < std::numeric_limits<std::uint32_t>::max();
}

std::string withoutNul(std::string text) {
  const std::size_t nul = text.find('\0');
  if (nul != std::string::npos) text.resize(nul);
  return text;
}

bool hasNul(const TarEntry& entry) {
  const auto holds = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  return holds(entry.name) || holds(entry.link) ||
         std::any_of(entry.xattrs.begin(), entry.xattrs.end(), [&](const auto& xattr) { return holds(xattr.first); });
}

} // namespace

Status TarReader::takeBlock(std::size_t most, Block& out) {
  if (block_.empty()) SLIPWAY_TRY(from_.read(block_));
  const std::size_t size = std::min(most, block_.bytes.size());
  out = {block_.owner, block_.bytes.first(size)};
  block_.bytes = block_.bytes.subspan(size);
  return success();
}

Status TarReader::take(std::size_t most, Bytes& out) {
  if (block_.empty()) SLIPWAY_TRY(from_.read(block_));
  out = block_.bytes.first(std::min(most, block_.bytes.size()));
  block_.bytes = block_.bytes.subspan(out.size());
  return success();
}

/** The next 512 bytes; none at a clean end of the stream. */
Status TarReader::header(Bytes& out) {
  SLIPWAY_TRY(take(tar_block, out));
  if (out.empty() || out.size() == tar_block) return success();
  std::size_t have = 0;
  while (!out.empty() && have < tar_block) {
    std::copy(out.begin(), out.end(), scratch_.begin() + static_cast<std::ptrdiff_t>(have));
    have += out.size();
    SLIPWAY_TRY(take(tar_block - have, out));
    if (have == tar_block) break;
  }
  out = Bytes{scratch_.data(), have};
  return have == tar_block ? success() : malformed("archive is cut short");
}

Status TarReader::read(Bytes& out) {
  out = {};
  if (remaining_ == 0) return success();
  SLIPWAY_TRY(take(static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, block_size)), out));
  if (out.empty()) return malformed("archive is cut short");
  remaining_ -= out.size();
  return success();
}

Status TarReader::readBlock(Block& out) {
  out = {};
  if (remaining_ == 0) return success();
  SLIPWAY_TRY(takeBlock(static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, block_size)), out));
  if (out.empty()) return malformed("archive is cut short");
  remaining_ -= out.bytes.size();
  return success();
}

Status TarReader::skipData() {
  remaining_ += std::exchange(padding_, 0);
  while (remaining_ > 0) {
    Bytes bytes;
    SLIPWAY_TRY(read(bytes));
    SLIPWAY_TRY(pass(bytes));
  }
  return success();
}

Status TarReader::drain() {
  for (Bytes bytes;;) {
    SLIPWAY_TRY(take(block_size, bytes));
    if (bytes.empty()) return success();
    SLIPWAY_TRY(pass(bytes));
  }
}

/** The data of a header that stands before another one. */
Status TarReader::collect(std::uint64_t size, std::string& out) {
  if (size > most_extended) return malformed("archive has an extended header of over 1 MiB");
  out.clear();
  remaining_ = size;
  padding_ = (tar_block - size % tar_block) % tar_block;
  while (remaining_ > 0) {
    Bytes bytes;
    SLIPWAY_TRY(read(bytes));
    SLIPWAY_TRY(pass(bytes));
    out.append(bytes.begin(), bytes.end());
  }
  return skipData();
}

Status TarReader::next(TarEntry& out, bool& end) {
  SLIPWAY_TRY(skipData());
  Pax pax;
  std::string text;
  for (;;) {
    Bytes block;
    SLIPWAY_TRY(header(block));
    end = block.empty();
    if (end) return success();
    SLIPWAY_TRY(pass(block));
    end = isZeroBlock(block);
    if (end) return drain();
    TarHeader header;
    SLIPWAY_TRY(parseTarHeader(block, header));
    switch (header.type) {
    case 'x':
    case 'X':
      SLIPWAY_TRY(collect(header.size, text));
      SLIPWAY_TRY(parsePax(text, pax));
      break;
    case 'g':
      SLIPWAY_TRY(collect(header.size, text));
      break;
    case 'L':
      SLIPWAY_TRY(collect(header.size, text));
      if (!pax.path) pax.path = withoutNul(text);
      break;
    case 'K':
      SLIPWAY_TRY(collect(header.size, text));
      if (!pax.link) pax.link = withoutNul(text);
      break;
    default:
      // The map of a sparse file begins in the header's own block.
      if (header.type == 'S') memmove(scratch_.data(), block.data(), tar_block);
      return apply(header, pax, out);
    }
  }
}

Status TarReader::apply(const TarHeader& header, Pax& pax, TarEntry& out) {
  TarHeader merged = header;
  if (pax.path) merged.name = std::move(*pax.path);
  if (pax.link) merged.link = std::move(*pax.link);
  if (pax.size) merged.size = *pax.size;
  const std::optional<EntryKind> kind = kindOf(merged);
  if (!kind) return malformed("archive has an entry of an unknown type", merged.name);
  const std::uint64_t uid = pax.uid.value_or(merged.uid);
  const std::uint64_t gid = pax.gid.value_or(merged.gid);
  if (!isOwner(uid) || !isOwner(gid)) return malformed("archive has an entry with an impossible owner", merged.name);

  out = {};
  out.kind = *kind;
  out.name = std::move(merged.name);
  out.link = std::move(merged.link);
  out.mode = merged.mode & 07777U;
  out.uid = static_cast<uid_t>(uid);
  out.gid = static_cast<gid_t>(gid);
  out.mtime = pax.mtime.value_or(timespec{.tv_sec = merged.mtime, .tv_nsec = 0});
  out.major = merged.major;
  out.minor = merged.minor;
  out.xattrs = std::move(pax.xattrs);
  if (hasNul(out)) return malformed("archive has an entry with a NUL in its name", out.name);

  // As Go's archive/tar, which all Docker layers went through: only files have data.
  remaining_ = *kind == EntryKind::file ? merged.size : 0;
  if (remaining_ > std::uint64_t{1} << 62U) return malformed("archive has an entry of an impossible size", out.name);
  padding_ = (tar_block - remaining_ % tar_block) % tar_block;
  out.size = remaining_;
  out.real_size = remaining_;
  if (header.type == 'S' || pax.sparse.present) return applySparse(header, pax, out);
  if (*kind == EntryKind::file) out.segments = {{0, out.size}};
  return success();
}

} // namespace slipway::archive
