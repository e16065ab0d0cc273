#pragma once

#include "archive/stream/source.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace slipway::archive {

/** Blocks on their way between two threads, bounded in bytes. */
class BlockQueue final : public Source {
public:
  /** `limit`: bytes held before the writer has to wait; one block more is always taken. */
  explicit BlockQueue(std::size_t limit) : limit_(limit) {}

  /** Waits for room. False when the reader has gone. */
  bool push(Block block);

  /**
   * Takes `block` without waiting. True when there is room for more; otherwise `whenRoom` is called once,
   * from the reader's thread or from `cancel`, when there is (or when the reader has gone).
   */
  bool offer(Block block, std::function<void()> whenRoom);

  /** Nothing more will be pushed; `status` is what the reader gets after the last block. */
  void finish(Status status = success());

  /** Either side gives up: the reader gets ECANCELED, the writer is told by `push`. What is held is dropped. */
  void cancel() override;

  Status read(Block& out) override;

  /**
   * As `read`, without waiting: when there is nothing yet it gives false, and `whenReady` is called once,
   * from the writer's thread, when it is worth to try again.
   */
  bool poll(Block& out, Status& status, std::function<void()> whenReady);

private:
  bool isReady() const { return cancelled_ || finished_ || !blocks_.empty(); }

  /** Takes the first block, or tells why there is none; to be called with the lock held. */
  Status takeFirst(Block& out);
  void notifyReader(std::unique_lock<std::mutex>& lock);

  /** Takes the callback that is due, to be called without the lock. */
  std::function<void()> takeWhenRoom();

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> blocks_;
  std::size_t held_ = 0;
  std::function<void()> when_room_;
  std::function<void()> when_ready_;
  Status status_;
  bool finished_ = false;
  bool cancelled_ = false;
};

} // namespace slipway::archive
