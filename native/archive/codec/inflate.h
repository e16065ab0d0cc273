#pragma once

#include "archive/stream/source.h"

#include <memory>

struct inflate_state;

namespace slipway::archive {

/** Inflates gzip (RFC 1952) of any number of members, checking each member's trailer. Zeros after the last one are
 * padding. */
class InflateSource final : public Source {
public:
  explicit InflateSource(std::unique_ptr<Source> from);
  ~InflateSource() override;

  Status read(Block& out) override;

private:
  /** Makes sure that there is input; `ended_` tells that there is none left. */
  Status refill();
  /** Goes to the next member's first byte, or to the end. */
  Status nextMember();

  std::unique_ptr<Source> from_;
  std::unique_ptr<inflate_state> state_;
  Block input_;
  bool inside_ = false;
  /** The last call stopped for want of room, so there may be output without further input. */
  bool pending_ = false;
  bool ended_ = false;
};

} // namespace slipway::archive
