#include "archive/layer/gzip_layer.h"

#include "archive/split/split_reader.h"
#include "archive/stream/block_writer.h"

#include <isa-l/igzip_lib.h>
#include <memory>
#include <thread>

namespace slipway::archive {

namespace {

/** The slowest level: an image is pushed once and pulled often. */
constexpr std::uint32_t level = 3;

class Gzip {
public:
  explicit Gzip(BlockQueue& to)
      : to_(to), level_buffer_(new std::uint8_t[ISAL_DEF_LVL3_DEFAULT]), output_(new std::uint8_t[block_size]) {
    isal_deflate_init(&stream_);
    stream_.level = level;
    stream_.level_buf = level_buffer_.get();
    stream_.level_buf_size = ISAL_DEF_LVL3_DEFAULT;
    stream_.gzip_flag = IGZIP_GZIP;
  }

  Status write(Bytes bytes, bool last) {
    // ISA-L takes its input as non-const but does not write to it.
    stream_.next_in = const_cast<std::uint8_t*>(bytes.data());
    stream_.avail_in = static_cast<std::uint32_t>(bytes.size());
    stream_.end_of_stream = last ? 1 : 0;
    for (;;) {
      stream_.next_out = output_.get();
      stream_.avail_out = block_size;
      if (isal_deflate(&stream_) != COMP_OK) return failure(EIO, "compress layer");
      SLIPWAY_TRY(to_.write({output_.get(), block_size - stream_.avail_out}));
      if (stream_.avail_out > 0) return last ? to_.flush() : success();
    }
  }

private:
  BlockWriter to_;
  const std::unique_ptr<std::uint8_t[]> level_buffer_;
  const std::unique_ptr<std::uint8_t[]> output_;
  isal_zstream stream_{};
};

Status compress(BlockQueue& tar, BlockQueue& to, std::atomic<std::uint64_t>& taken) {
  Gzip gzip(to);
  for (;;) {
    Block block;
    SLIPWAY_TRY(tar.read(block));
    SLIPWAY_TRY(gzip.write(block.bytes, block.empty()));
    if (block.empty()) return success();
    taken += block.bytes.size();
  }
}

} // namespace

Status gzipLayer(const std::string& layer, const std::string& diff_id, BlockQueue& to,
                 std::atomic<std::uint64_t>& taken) {
  BlockQueue tar(4 * block_size);
  std::thread joining([&] { tar.finish(joinLayer(layer, diff_id, tar)); });
  const Status status = compress(tar, to, taken);
  tar.cancel();
  joining.join();
  return status;
}

} // namespace slipway::archive
