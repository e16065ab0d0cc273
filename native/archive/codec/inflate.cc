#include "archive/codec/inflate.h"

#include <isa-l/igzip_lib.h>

namespace slipway::archive {

InflateSource::InflateSource(std::unique_ptr<Source> from)
    : from_(std::move(from)), state_(std::make_unique<inflate_state>()) {
  isal_inflate_init(state_.get());
}

InflateSource::~InflateSource() = default;

Status InflateSource::refill() {
  if (state_->avail_in > 0 || ended_) return success();
  SLIPWAY_TRY(from_->read(input_));
  ended_ = input_.empty();
  // ISA-L takes its input as non-const but does not write to it.
  state_->next_in = const_cast<std::uint8_t*>(input_.bytes.data());
  state_->avail_in = static_cast<std::uint32_t>(input_.bytes.size());
  return success();
}

Status InflateSource::nextMember() {
  bool padding = false;
  for (;;) {
    SLIPWAY_TRY(refill());
    if (ended_) return success();
    if (*state_->next_in != 0) break;
    padding = true;
    state_->next_in++;
    state_->avail_in--;
  }
  if (padding || *state_->next_in != 0x1f) return malformed("gzip stream is followed by something else");
  std::uint8_t* const next = state_->next_in;
  const std::uint32_t available = state_->avail_in;
  isal_inflate_reset(state_.get());
  state_->crc_flag = ISAL_GZIP;
  state_->next_in = next;
  state_->avail_in = available;
  inside_ = true;
  return success();
}

Status InflateSource::read(Block& out) {
  out = {};
  const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
  state_->next_out = buffer.get();
  state_->avail_out = block_size;
  while (state_->avail_out > 0) {
    if (!inside_) {
      SLIPWAY_TRY(nextMember());
      if (ended_) break;
    }
    if (!pending_) SLIPWAY_TRY(refill());
    if (ended_) return malformed("gzip stream is cut short");
    if (isal_inflate(state_.get()) < 0) return malformed("gzip stream is damaged");
    pending_ = state_->avail_out == 0;
    inside_ = state_->block_state != ISAL_BLOCK_FINISH;
  }
  const std::size_t size = block_size - state_->avail_out;
  out = {buffer, Bytes{buffer.get(), size}};
  return success();
}

} // namespace slipway::archive
