#pragma once

#include "archive/stream/block_queue.h"

#include <memory>

namespace slipway::archive {

/** Cuts a stream into blocks for a queue. ECANCELED when the queue's reader has gone. */
class BlockWriter {
public:
  explicit BlockWriter(BlockQueue& to) : to_(to) {}

  Status write(Bytes bytes);
  Status writeZeros(std::uint64_t count);

  /** Hands on what has not filled a block yet. */
  Status flush();

private:
  BlockQueue& to_;
  std::shared_ptr<std::uint8_t[]> buffer_;
  std::size_t used_ = 0;
};

} // namespace slipway::archive
