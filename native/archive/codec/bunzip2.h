#pragma once

#include "archive/stream/source.h"

#include <bzlib.h>
#include <memory>

namespace slipway::archive {

/** Decompresses bzip2 of any number of streams. */
class Bunzip2Source final : public Source {
public:
  explicit Bunzip2Source(std::unique_ptr<Source> from);
  ~Bunzip2Source() override;

  Status read(Block& out) override;

private:
  /** Makes the decoder ready for the next stream, if there is one. */
  Status restart();
  Status fill();

  std::unique_ptr<Source> from_;
  bz_stream stream_{};
  int state_;
  Block input_;
  bool drained_ = false;
};

} // namespace slipway::archive
