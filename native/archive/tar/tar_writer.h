#pragma once

#include "archive/stream/block_writer.h"
#include "archive/tar/tar_entry.h"

#include <string_view>

namespace slipway::archive {

/**
 * Writes a tar: ustar headers, with a pax header before those that need one (long names, large numbers, xattrs). The
 * same entries give the same bytes; times are whole seconds, as in Docker's layers, unless asked otherwise.
 */
class TarWriter {
public:
  /** `fractions`: times are as exact as they are, in pax headers. */
  explicit TarWriter(BlockQueue& to, bool fractions = false) : to_(to), fractions_(fractions) {}

  /** Begins an entry of `entry.size` bytes of data, which have to follow. */
  Status header(const TarEntry& entry);
  Status data(Bytes bytes);
  Status zeros(std::uint64_t count);

  /** Fills the entry's last block. */
  Status finishEntry();

  /** The end of the archive. */
  Status finish();

private:
  Status pax(const TarEntry& entry);

  BlockWriter to_;
  const bool fractions_;
  std::uint64_t written_ = 0;
};

} // namespace slipway::archive
