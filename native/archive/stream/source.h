#pragma once

#include "libcontainer/status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace slipway::archive {

using Bytes = std::span<const std::uint8_t>;

/** Bytes with shared ownership, so that a part of them can be passed on without a copy. */
struct Block {
  std::shared_ptr<std::uint8_t[]> owner;
  Bytes bytes;

  bool empty() const { return bytes.empty(); }

  static Block copyOf(Bytes bytes);
};

/** A stream that is pulled. */
class Source {
public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /** Gives the next bytes, never none but at the end. A failed Source stays failed. */
  virtual Status read(Block& out) = 0;

  /** From another thread: a read that waits for somebody else fails with ECANCELED, and so do all later ones. */
  virtual void cancel() {}
};

/** The size that streams are cut into. */
inline constexpr std::size_t block_size = 256 * 1024;

/**
 * Room for `block_size` bytes, that of a block which nobody holds any more if there is one: fresh memory costs a fault
 * for every page.
 */
std::shared_ptr<std::uint8_t[]> newBlock();

/** The archive itself is at fault: truncated, climbing, lying. `what` has static storage, `name` is the entry's. */
inline Status malformed(const char* what, std::string_view name = {}) {
  return failure(EBADMSG, what, name);
}

} // namespace slipway::archive
