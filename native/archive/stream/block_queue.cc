#include "archive/stream/block_queue.h"

#include <utility>

namespace slipway::archive {

bool BlockQueue::push(Block block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return cancelled_ || held_ < limit_; });
  if (cancelled_) return false;
  held_ += block.bytes.size();
  blocks_.push_back(std::move(block));
  notifyReader(lock);
  return true;
}

bool BlockQueue::offer(Block block, std::function<void()> whenRoom) {
  std::unique_lock lock(mutex_);
  if (cancelled_) return true;
  held_ += block.bytes.size();
  blocks_.push_back(std::move(block));
  const bool room = held_ < limit_;
  if (!room) when_room_ = std::move(whenRoom);
  notifyReader(lock);
  return room;
}

void BlockQueue::finish(Status status) {
  std::unique_lock lock(mutex_);
  if (finished_) return;
  finished_ = true;
  status_ = status;
  notifyReader(lock);
}

void BlockQueue::cancel() {
  std::unique_lock lock(mutex_);
  cancelled_ = true;
  blocks_.clear();
  held_ = 0;
  const std::function<void()> due = takeWhenRoom();
  notifyReader(lock);
  if (due) due();
}

Status BlockQueue::read(Block& out) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return isReady(); });
  const Status status = takeFirst(out);
  const std::function<void()> due = takeWhenRoom();
  lock.unlock();
  changed_.notify_all();
  if (due) due();
  return status;
}

bool BlockQueue::poll(Block& out, Status& status, std::function<void()> whenReady) {
  const std::lock_guard lock(mutex_);
  if (!isReady()) {
    when_ready_ = std::move(whenReady);
    return false;
  }
  status = takeFirst(out);
  changed_.notify_all();
  return true;
}

Status BlockQueue::takeFirst(Block& out) {
  out = {};
  if (cancelled_) return failure(ECANCELED, "read archive");
  if (blocks_.empty()) return status_;
  out = std::move(blocks_.front());
  blocks_.pop_front();
  held_ -= out.bytes.size();
  return success();
}

std::function<void()> BlockQueue::takeWhenRoom() {
  if (!cancelled_ && held_ >= limit_) return {};
  return std::exchange(when_room_, {});
}

/** Callbacks run without the lock, since they may use the queue. */
void BlockQueue::notifyReader(std::unique_lock<std::mutex>& lock) {
  const std::function<void()> due = std::exchange(when_ready_, {});
  lock.unlock();
  changed_.notify_all();
  if (due) due();
}

} // namespace slipway::archive
