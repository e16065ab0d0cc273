#include "archive/codec/bunzip2.h"

namespace slipway::archive {

Bunzip2Source::Bunzip2Source(std::unique_ptr<Source> from)
    : from_(std::move(from)), state_(BZ2_bzDecompressInit(&stream_, 0, 0)) {}

Bunzip2Source::~Bunzip2Source() {
  BZ2_bzDecompressEnd(&stream_);
}

Status Bunzip2Source::read(Block& out) {
  out = {};
  const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
  stream_.next_out = reinterpret_cast<char*>(buffer.get());
  stream_.avail_out = block_size;
  while (stream_.avail_out > 0 && state_ == BZ_OK) {
    SLIPWAY_TRY(fill());
    if (drained_) return malformed("bzip2 stream is cut short");
    state_ = BZ2_bzDecompress(&stream_);
    if (state_ == BZ_STREAM_END) SLIPWAY_TRY(restart());
  }
  if (state_ == BZ_MEM_ERROR) return failure(ENOMEM, "open bzip2 stream");
  if (state_ != BZ_OK && state_ != BZ_STREAM_END) return malformed("bzip2 stream is damaged");
  out = {buffer, Bytes{buffer.get(), block_size - stream_.avail_out}};
  return success();
}

Status Bunzip2Source::fill() {
  if (stream_.avail_in > 0 || drained_) return success();
  SLIPWAY_TRY(from_->read(input_));
  drained_ = input_.empty();
  // The library only reads from it; its face dates from before const.
  stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(input_.bytes.data()));
  stream_.avail_in = static_cast<unsigned>(input_.bytes.size());
  return success();
}

Status Bunzip2Source::restart() {
  SLIPWAY_TRY(fill());
  if (drained_) return success();
  const bz_stream rest = stream_;
  BZ2_bzDecompressEnd(&stream_);
  stream_ = {};
  state_ = BZ2_bzDecompressInit(&stream_, 0, 0);
  stream_.next_in = rest.next_in;
  stream_.avail_in = rest.avail_in;
  stream_.next_out = rest.next_out;
  stream_.avail_out = rest.avail_out;
  return success();
}

} // namespace slipway::archive
