#include "archive/split/split_writer.h"

#include "archive/stream/write_all.h"

#include <fcntl.h>
#include <utility>
#include <zstd.h>

namespace slipway::archive {

namespace {

constexpr std::size_t buffer_size = 128 * 1024;

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

SplitWriter::~SplitWriter() {
  ZSTD_freeCCtx(context_);
}

Status SplitWriter::open(int folder, const std::string& name) {
  context_ = ZSTD_createCCtx();
  if (context_ == nullptr) return failure(ENOMEM, "open zstd stream", name);
  ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  output_.resize(ZSTD_CStreamOutSize());
  file_ = Fd(openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_) return failure("open", name);
  pending_ = split::magic;
  return success();
}

Status SplitWriter::raw(Bytes bytes) {
  raw_.append(bytes.begin(), bytes.end());
  return raw_.size() < buffer_size ? success() : flushRaw();
}

Status SplitWriter::file(std::string_view path, std::uint64_t crc, const std::vector<Segment>& segments) {
  SLIPWAY_TRY(flushRaw());
  pending_ += static_cast<char>(split::Record::file);
  number(crc);
  number(path.size());
  pending_ += path;
  number(segments.size());
  for (const Segment& segment : segments) {
    number(segment.offset);
    number(segment.length);
  }
  return pending_.size() < buffer_size ? success() : compressPending();
}

Status SplitWriter::shadowed(std::string_view path, std::uint64_t which) {
  SLIPWAY_TRY(flushRaw());
  pending_ += static_cast<char>(split::Record::shadowed);
  number(path.size());
  pending_ += path;
  number(which);
  return success();
}

Status SplitWriter::finish() {
  SLIPWAY_TRY(flushRaw());
  SLIPWAY_TRY(compress(bytesOf(pending_), true));
  file_.reset();
  return success();
}

void SplitWriter::number(std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) pending_ += static_cast<char>((value >> shift) & 0xffU);
}

Status SplitWriter::flushRaw() {
  if (raw_.empty()) return success();
  pending_ += static_cast<char>(split::Record::raw);
  number(raw_.size());
  pending_ += raw_;
  raw_.clear();
  return pending_.size() < buffer_size ? success() : compressPending();
}

Status SplitWriter::compressPending() {
  SLIPWAY_TRY(compress(bytesOf(pending_), false));
  pending_.clear();
  return success();
}

Status SplitWriter::compress(Bytes bytes, bool last) {
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (;;) {
    ZSTD_outBuffer output{output_.data(), output_.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_, &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) return failure(EIO, "compress split");
    SLIPWAY_TRY(writeAll(file_.get(), {output_.data(), output.pos}, "split"));
    if (last ? left == 0 : input.pos == input.size) return success();
  }
}

} // namespace slipway::archive
