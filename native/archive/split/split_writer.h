#pragma once

#include "archive/split/split_format.h"
#include "archive/tar/tar_entry.h"
#include "archive/tar/tar_reader.h"
#include "libcontainer/fd.h"

#include <string>
#include <vector>

struct ZSTD_CCtx_s;

namespace slipway::archive {

/** Writes a split (split_format.h) while its tar is unpacked. */
class SplitWriter final : public RawSink {
public:
  SplitWriter() = default;
  ~SplitWriter() override;

  /** Makes `name` in `folder`. */
  Status open(int folder, const std::string& name);

  /** The tar has these bytes here. */
  Status raw(Bytes bytes) override;

  /** The tar has the segments of the file `path` here. */
  Status file(std::string_view path, std::uint64_t crc, const std::vector<Segment>& segments);

  /** What was at `path` has been moved away to `number`. */
  Status shadowed(std::string_view path, std::uint64_t number);

  Status finish();

private:
  void number(std::uint64_t value);
  Status flushRaw();
  Status compress(Bytes bytes, bool last);
  Status compressPending();

  Fd file_;
  ZSTD_CCtx_s* context_ = nullptr;
  std::string raw_;
  std::string pending_;
  std::vector<std::uint8_t> output_;
};

} // namespace slipway::archive
