#pragma once

#include "archive/stream/source.h"

#include <memory>

namespace slipway::archive {

/** How a stream is compressed, as its first bytes tell. */
enum class Compression { none, gzip, zstd, xz, bzip2 };

/** RFC 1952 2.3.1 and RFC 8878 3.1; skippable zstd frames count as zstd. */
Compression detectCompression(Bytes start);

/**
 * The uncompressed bytes of `from`, whatever its compression: gzip, zstd, xz and bzip2 (any number of members, frames
 * or streams) or none. Reads `from` to its very end. A stream that ends inside a member fails.
 */
class DecompressSource final : public Source {
public:
  explicit DecompressSource(Source& from) : from_(from) {}

  Status read(Block& out) override;

  void cancel() override { from_.cancel(); }

  /** Known after the first read. */
  Compression compression() const { return compression_; }

private:
  Status open();

  Source& from_;
  Compression compression_ = Compression::none;
  std::unique_ptr<Source> decoder_;
};

} // namespace slipway::archive
