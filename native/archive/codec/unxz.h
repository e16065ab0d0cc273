#pragma once

#include "archive/stream/source.h"

#include <lzma.h>
#include <memory>

namespace slipway::archive {

/** Decompresses xz (https://tukaani.org/xz/xz-file-format.txt) of any number of streams; what needs over 128 MiB is
 * refused. */
class UnxzSource final : public Source {
public:
  explicit UnxzSource(std::unique_ptr<Source> from);
  ~UnxzSource() override;

  Status read(Block& out) override;

private:
  std::unique_ptr<Source> from_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_ret state_;
  Block input_;
  bool drained_ = false;
};

} // namespace slipway::archive
