#pragma once

#include "archive/stream/source.h"

namespace slipway::archive {

/** The bytes of an open file from where it stands. */
class FileSource final : public Source {
public:
  explicit FileSource(int file) : file_(file) {}

  Status read(Block& out) override;

private:
  const int file_;
};

} // namespace slipway::archive
