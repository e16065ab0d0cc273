#include "archive/stream/read_ahead.h"

namespace slipway::archive {

ReadAhead::ReadAhead(Source& from) : from_(from), thread_([this] { pump(); }) {}

ReadAhead::~ReadAhead() {
  if (!ended_) cancel();
  thread_.join();
}

Status ReadAhead::read(Block& out) {
  SLIPWAY_TRY(queue_.read(out));
  ended_ = out.empty();
  return success();
}

void ReadAhead::cancel() {
  queue_.cancel();
  from_.cancel();
}

void ReadAhead::pump() {
  for (;;) {
    Block block;
    const Status status = from_.read(block);
    if (!status.ok() || block.empty()) return queue_.finish(status);
    if (!queue_.push(std::move(block))) return;
  }
}

} // namespace slipway::archive
