#include "archive/codec/decompress.h"

#include "archive/codec/bunzip2.h"
#include "archive/codec/inflate.h"
#include "archive/codec/unxz.h"
#include "archive/codec/unzstd.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace slipway::archive {

namespace {

constexpr std::size_t magic_size = 6;

/** A stream whose first block has already been taken from it. */
class Rejoined final : public Source {
public:
  Rejoined(Block first, Source& rest) : first_(std::move(first)), rest_(rest) {}

  Status read(Block& out) override {
    if (first_.empty()) return rest_.read(out);
    out = std::exchange(first_, {});
    return success();
  }

private:
  Block first_;
  Source& rest_;
};

bool startsWith(Bytes bytes, std::initializer_list<std::uint8_t> magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

/** At least `magic_size` bytes, unless the stream is shorter. */
Status readMagic(Source& from, Block& out) {
  SLIPWAY_TRY(from.read(out));
  while (!out.empty() && out.bytes.size() < magic_size) {
    Block more;
    SLIPWAY_TRY(from.read(more));
    if (more.empty()) break;
    std::string joined(out.bytes.begin(), out.bytes.end());
    joined.append(more.bytes.begin(), more.bytes.end());
    out = Block::copyOf({reinterpret_cast<const std::uint8_t*>(joined.data()), joined.size()});
  }
  return success();
}

} // namespace

Compression detectCompression(Bytes start) {
  if (startsWith(start, {0x1f, 0x8b})) return Compression::gzip;
  if (startsWith(start, {0x28, 0xb5, 0x2f, 0xfd})) return Compression::zstd;
  if (startsWith(start, {0xfd, '7', 'z', 'X', 'Z', 0})) return Compression::xz;
  if (startsWith(start, {'B', 'Z', 'h'}) && start.size() >= magic_size && start[4] == 0x31) return Compression::bzip2;
  const bool skippable =
      start.size() >= 4 && (start[0] & 0xf0U) == 0x50 && startsWith(start.subspan(1), {0x2a, 0x4d, 0x18});
  return skippable ? Compression::zstd : Compression::none;
}

Status DecompressSource::open() {
  Block first;
  SLIPWAY_TRY(readMagic(from_, first));
  compression_ = detectCompression(first.bytes);
  auto whole = std::make_unique<Rejoined>(std::move(first), from_);
  if (compression_ == Compression::gzip)
    decoder_ = std::make_unique<InflateSource>(std::move(whole));
  else if (compression_ == Compression::zstd)
    decoder_ = std::make_unique<UnzstdSource>(std::move(whole));
  else if (compression_ == Compression::xz)
    decoder_ = std::make_unique<UnxzSource>(std::move(whole));
  else if (compression_ == Compression::bzip2)
    decoder_ = std::make_unique<Bunzip2Source>(std::move(whole));
  else
    decoder_ = std::move(whole);
  return success();
}

Status DecompressSource::read(Block& out) {
  if (!decoder_) SLIPWAY_TRY(open());
  return decoder_->read(out);
}

} // namespace slipway::archive
