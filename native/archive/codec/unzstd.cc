#include "archive/codec/unzstd.h"

#include <zstd.h>

namespace slipway::archive {

UnzstdSource::UnzstdSource(std::unique_ptr<Source> from) : from_(std::move(from)), context_(ZSTD_createDCtx()) {}

UnzstdSource::~UnzstdSource() {
  ZSTD_freeDCtx(context_);
}

Status UnzstdSource::read(Block& out) {
  out = {};
  if (context_ == nullptr) return failure(ENOMEM, "open zstd stream");
  const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
  ZSTD_outBuffer output{buffer.get(), block_size, 0};
  while (output.pos < output.size && !ended_) {
    if (!pending_ && taken_ == input_.bytes.size()) {
      SLIPWAY_TRY(from_->read(input_));
      taken_ = 0;
      ended_ = input_.empty();
      if (ended_ && inside_) return malformed("zstd stream is cut short");
    }
    ZSTD_inBuffer input{input_.bytes.data(), input_.bytes.size(), taken_};
    const std::size_t left = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(left) != 0) return malformed("zstd stream is damaged");
    taken_ = input.pos;
    pending_ = output.pos == output.size;
    if (!ended_) inside_ = left != 0;
  }
  out = {buffer, Bytes{buffer.get(), output.pos}};
  return success();
}

} // namespace slipway::archive
