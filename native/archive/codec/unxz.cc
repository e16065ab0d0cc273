#include "archive/codec/unxz.h"

namespace slipway::archive {

/** What xz -9 needs is half of it. */
static constexpr std::uint64_t most_memory = std::uint64_t{128} << 20;

UnxzSource::UnxzSource(std::unique_ptr<Source> from)
    : from_(std::move(from)), state_(lzma_stream_decoder(&stream_, most_memory, LZMA_CONCATENATED)) {}

UnxzSource::~UnxzSource() {
  lzma_end(&stream_);
}

Status UnxzSource::read(Block& out) {
  out = {};
  const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
  stream_.next_out = buffer.get();
  stream_.avail_out = block_size;
  while (stream_.avail_out > 0 && state_ == LZMA_OK) {
    if (stream_.avail_in == 0 && !drained_) {
      SLIPWAY_TRY(from_->read(input_));
      drained_ = input_.empty();
      stream_.next_in = input_.bytes.data();
      stream_.avail_in = input_.bytes.size();
    }
    state_ = lzma_code(&stream_, drained_ ? LZMA_FINISH : LZMA_RUN);
  }
  if (state_ == LZMA_MEM_ERROR) return failure(ENOMEM, "open xz stream");
  if (state_ == LZMA_BUF_ERROR) return malformed("xz stream is cut short");
  if (state_ == LZMA_MEMLIMIT_ERROR) return malformed("xz stream needs too much memory");
  if (state_ != LZMA_OK && state_ != LZMA_STREAM_END) return malformed("xz stream is damaged");
  out = {buffer, Bytes{buffer.get(), block_size - stream_.avail_out}};
  return success();
}

} // namespace slipway::archive
