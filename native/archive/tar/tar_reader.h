#pragma once

#include "archive/stream/source.h"
#include "archive/tar/pax.h"
#include "archive/tar/tar_entry.h"

#include <array>

namespace slipway::archive {

/** Gets every byte of an archive that is not taken by `TarReader::read`, in order. */
class RawSink {
public:
  RawSink() = default;
  RawSink(const RawSink&) = delete;
  RawSink& operator=(const RawSink&) = delete;
  virtual ~RawSink() = default;
  virtual Status raw(Bytes bytes) = 0;
};

/**
 * Reads a tar: v7, ustar, GNU (long names, sparse, base-256) and pax. Global pax headers are passed over, as Docker
 * does.
 *
 * TarReader reader(source, nullptr);
 * for (TarEntry entry;;) {
 *   bool end = false;
 *   SLIPWAY_TRY(reader.next(entry, end));
 *   if (end) break;
 *   ...read() until it gives nothing
 * }
 */
class TarReader {
public:
  /** `raw` may be null. */
  TarReader(Source& from, RawSink* raw) : from_(from), raw_(raw) {}

  /** Goes to the next entry, over data not read. At the end, `from` has been read to its own end. */
  Status next(TarEntry& out, bool& end);

  /** The next bytes of the entry's data; none at its end. Valid until the next call. */
  Status read(Bytes& out);

  /** As `read`, with shared ownership. */
  Status readBlock(Block& out);

private:
  Status take(std::size_t most, Bytes& out);
  Status takeBlock(std::size_t most, Block& out);
  Status header(Bytes& out);
  Status skipData();
  Status drain();
  Status collect(std::uint64_t size, std::string& out);
  Status apply(const TarHeader& header, Pax& pax, TarEntry& out);
  Status applySparse(const TarHeader& header, const Pax& pax, TarEntry& out);
  Status oldGnuMap(TarEntry& out);
  Status sparseMapInData(TarEntry& out);

  Status pass(Bytes bytes) { return raw_ == nullptr ? success() : raw_->raw(bytes); }

  Source& from_;
  RawSink* raw_;
  Block block_;
  std::array<std::uint8_t, tar_block> scratch_{};
  /** Data of the entry not taken yet, and what fills its last block. */
  std::uint64_t remaining_ = 0;
  std::uint64_t padding_ = 0;
};

} // namespace slipway::archive
