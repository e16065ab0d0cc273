#pragma once

#include "archive/stream/block_queue.h"

#include <thread>

namespace slipway::archive {

/** Reads `from` on a thread of its own, some blocks ahead of the reader. Only that thread touches `from`. */
class ReadAhead final : public Source {
public:
  explicit ReadAhead(Source& from);
  /** Before the end of `from` this cancels it. */
  ~ReadAhead() override;

  Status read(Block& out) override;
  void cancel() override;

private:
  void pump();

  Source& from_;
  bool ended_ = false;

  BlockQueue queue_{16 * block_size};
  std::thread thread_;
};

} // namespace slipway::archive
