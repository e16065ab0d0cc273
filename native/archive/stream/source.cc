#include "archive/stream/source.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace slipway::archive {

namespace {

/** Blocks that nobody holds. */
class Spares {
public:
  /** Never destroyed: threads may give blocks back while the process ends. */
  static Spares& all() {
    static auto& spares = *new Spares;
    return spares;
  }

  std::unique_ptr<std::uint8_t[]> take() {
    const std::lock_guard lock(mutex_);
    if (blocks_.empty()) return nullptr;
    auto block = std::move(blocks_.back());
    blocks_.pop_back();
    return block;
  }

  void give(std::unique_ptr<std::uint8_t[]> block) {
    const std::lock_guard lock(mutex_);
    if (blocks_.size() < most) blocks_.push_back(std::move(block));
  }

private:
  static constexpr std::size_t most = 16;

  std::mutex mutex_;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
};

} // namespace

std::shared_ptr<std::uint8_t[]> newBlock() {
  auto block = Spares::all().take();
  if (!block) block.reset(new std::uint8_t[block_size]);
  return {block.release(), [](std::uint8_t* bytes) { Spares::all().give(std::unique_ptr<std::uint8_t[]>(bytes)); }};
}

Block Block::copyOf(Bytes bytes) {
  const bool fills = bytes.size() > block_size / 2 && bytes.size() <= block_size;
  auto owner = fills ? newBlock() : std::shared_ptr<std::uint8_t[]>(new std::uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), owner.get());
  const Bytes copy{owner.get(), bytes.size()};
  return {std::move(owner), copy};
}

} // namespace slipway::archive
