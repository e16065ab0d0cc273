#include "archive/stream/block_writer.h"

#include <algorithm>
#include <array>

namespace slipway::archive {

Status BlockWriter::write(Bytes bytes) {
  while (!bytes.empty()) {
    if (!buffer_) buffer_ = newBlock();
    const Bytes part = bytes.first(std::min(bytes.size(), block_size - used_));
    std::copy(part.begin(), part.end(), buffer_.get() + used_);
    used_ += part.size();
    bytes = bytes.subspan(part.size());
    if (used_ == block_size) SLIPWAY_TRY(flush());
  }
  return success();
}

Status BlockWriter::writeZeros(std::uint64_t count) {
  static constexpr std::array<std::uint8_t, 4096> zeros{};
  while (count > 0) {
    const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(count, zeros.size()));
    SLIPWAY_TRY(write(Bytes{zeros}.first(part)));
    count -= part;
  }
  return success();
}

Status BlockWriter::flush() {
  if (used_ == 0) return success();
  const Bytes bytes{buffer_.get(), used_};
  used_ = 0;
  return to_.push({std::move(buffer_), bytes}) ? success() : failure(ECANCELED, "write archive");
}

} // namespace slipway::archive
