#pragma once

#include "archive/stream/source.h"

#include <memory>

struct ZSTD_DCtx_s;

namespace slipway::archive {

/** Decompresses zstd (RFC 8878) of any number of frames; windows over 128 MiB are refused, as the RFC suggests a limit.
 */
class UnzstdSource final : public Source {
public:
  explicit UnzstdSource(std::unique_ptr<Source> from);
  ~UnzstdSource() override;

  Status read(Block& out) override;

private:
  std::unique_ptr<Source> from_;
  ZSTD_DCtx_s* context_;
  Block input_;
  std::size_t taken_ = 0;
  bool inside_ = false;
  /** The last call stopped for want of room, so there may be output without further input. */
  bool pending_ = false;
  bool ended_ = false;
};

} // namespace slipway::archive
