#include "archive/split/split_reader.h"

#include "archive/codec/unzstd.h"
#include "archive/digest.h"
#include "archive/rooted.h"
#include "archive/split/split_format.h"
#include "archive/stream/block_writer.h"
#include "archive/tar/tar_entry.h"

#include <algorithm>
#include <fcntl.h>
#include <isa-l/crc64.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace slipway::archive {

namespace {

/** A file as a stream. */
class FileSource final : public Source {
public:
  explicit FileSource(Fd file) : file_(std::move(file)) {}

  Status read(Block& out) override {
    const std::shared_ptr<std::uint8_t[]> buffer = newBlock();
    const ssize_t got = ::read(file_.get(), buffer.get(), block_size);
    if (got < 0) return failure("read", "split");
    out = {buffer, Bytes{buffer.get(), static_cast<std::size_t>(got)}};
    return success();
  }

private:
  Fd file_;
};

/** The records of a split file. */
class SplitRecords {
public:
  Status open(int layer) {
    Fd file;
    SLIPWAY_TRY(openBeneath(layer, "split", O_RDONLY, file));
    stream_ = std::make_unique<UnzstdSource>(std::make_unique<FileSource>(std::move(file)));
    std::string magic;
    SLIPWAY_TRY(text(split::magic.size(), magic));
    return magic == split::magic ? success() : damaged();
  }

  /** None at the end. */
  Status type(std::optional<split::Record>& out) {
    Bytes bytes;
    SLIPWAY_TRY(some(1, bytes));
    out = bytes.empty() ? std::nullopt : std::optional(static_cast<split::Record>(bytes[0]));
    return success();
  }

  Status number(std::uint64_t& out) {
    std::string bytes;
    SLIPWAY_TRY(text(8, bytes));
    out = 0;
    for (std::size_t i = 8; i-- > 0;) out = (out << 8U) | static_cast<unsigned char>(bytes[i]);
    return success();
  }

  Status text(std::uint64_t size, std::string& out) {
    out.clear();
    while (out.size() < size) {
      Bytes bytes;
      SLIPWAY_TRY(some(size - out.size(), bytes));
      if (bytes.empty()) return damaged();
      out.append(bytes.begin(), bytes.end());
    }
    return success();
  }

  /** At most `most` bytes; none at the end. */
  Status some(std::uint64_t most, Bytes& out) {
    if (block_.empty()) SLIPWAY_TRY(stream_->read(block_));
    out = block_.bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, block_.bytes.size())));
    block_.bytes = block_.bytes.subspan(out.size());
    return success();
  }

  static Status damaged() { return malformed("layer has a damaged split file"); }

private:
  std::unique_ptr<Source> stream_;
  Block block_;
};

/** What was moved to shadow/`number` when `record` records had gone before. */
struct Shadowed {
  std::uint64_t record;
  std::string path;
  std::uint64_t number;
};

/** What is done with the records of a layer. */
enum class Pass : std::uint8_t {
  /** What was moved away is collected, as that is told after the files it concerns. */
  collect,
  /** Files are looked at. */
  check,
  /** The tar is given back. */
  write,
};

class LayerJoiner {
public:
  explicit LayerJoiner(BlockQueue& to) : to_(to) {}

  Status join(const std::string& layer, const std::string& diff_id) {
    SLIPWAY_TRY(open(layer));
    SLIPWAY_TRY(eachRecord(Pass::write));
    if (digest_.finish() != diff_id)
      return malformed("layer has been changed on the disk since it was unpacked", layer);
    return to_.flush();
  }

  Status check(const std::string& layer) {
    SLIPWAY_TRY(open(layer));
    return eachRecord(Pass::check);
  }

private:
  Status open(const std::string& layer) {
    SLIPWAY_TRY(openFolder(layer, layer_));
    SLIPWAY_TRY(openBeneath(layer_.get(), "diff", O_RDONLY | O_DIRECTORY, root_));
    Fd shadow;
    const Status has_shadow =
        openBeneath(layer_.get(), std::string(split::shadow_folder), O_RDONLY | O_DIRECTORY, shadow);
    if (has_shadow.ok()) return eachRecord(Pass::collect);
    return has_shadow.error == ENOENT ? success() : has_shadow;
  }

  Status eachRecord(Pass pass) {
    SplitRecords records;
    SLIPWAY_TRY(records.open(layer_.get()));
    for (record_ = 0;; ++record_) {
      std::optional<split::Record> type;
      SLIPWAY_TRY(records.type(type));
      if (!type) return success();
      switch (*type) {
      case split::Record::raw:
        SLIPWAY_TRY(raw(records, pass));
        break;
      case split::Record::file:
        SLIPWAY_TRY(file(records, pass));
        break;
      case split::Record::shadowed:
        SLIPWAY_TRY(shadowed(records, pass));
        break;
      default:
        return SplitRecords::damaged();
      }
    }
  }

  Status emit(Bytes bytes) {
    digest_.update(bytes);
    return to_.write(bytes);
  }

  Status raw(SplitRecords& records, Pass pass) {
    std::uint64_t left = 0;
    SLIPWAY_TRY(records.number(left));
    while (left > 0) {
      Bytes bytes;
      SLIPWAY_TRY(records.some(left, bytes));
      if (bytes.empty()) return SplitRecords::damaged();
      if (pass == Pass::write) SLIPWAY_TRY(emit(bytes));
      left -= bytes.size();
    }
    return success();
  }

  Status shadowed(SplitRecords& records, Pass pass) {
    std::uint64_t size = 0;
    Shadowed entry{.record = record_, .path = {}, .number = 0};
    SLIPWAY_TRY(records.number(size));
    SLIPWAY_TRY(records.text(size, entry.path));
    SLIPWAY_TRY(records.number(entry.number));
    if (pass == Pass::collect) shadowed_.push_back(std::move(entry));
    return success();
  }

  Status file(SplitRecords& records, Pass pass) {
    std::uint64_t expected = 0;
    std::uint64_t size = 0;
    std::uint64_t count = 0;
    std::string path;
    SLIPWAY_TRY(records.number(expected));
    SLIPWAY_TRY(records.number(size));
    SLIPWAY_TRY(records.text(size, path));
    SLIPWAY_TRY(records.number(count));
    Fd opened;
    if (pass != Pass::collect) SLIPWAY_TRY(openFile(path, opened));
    std::uint64_t crc = 0;
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      Segment segment{};
      SLIPWAY_TRY(records.number(segment.offset));
      SLIPWAY_TRY(records.number(segment.length));
      end = std::max(end, segment.offset + segment.length);
      if (pass == Pass::write) SLIPWAY_TRY(copy(opened.get(), segment, path, crc));
    }
    if (pass == Pass::write && crc != expected) return changed(path);
    return pass == Pass::check ? checkLength(opened.get(), end, path) : success();
  }

  static Status checkLength(int file, std::uint64_t least, const std::string& path) {
    struct stat status{};
    if (fstat(file, &status) != 0) return failure("fstat", path);
    return static_cast<std::uint64_t>(status.st_size) < least ? changed(path) : success();
  }

  static Status changed(const std::string& path) {
    return malformed("layer has a file that was changed on the disk", path);
  }

  Status openFile(const std::string& path, Fd& out) {
    for (const Shadowed& entry : shadowed_) {
      const bool covers =
          path.starts_with(entry.path) && (path.size() == entry.path.size() || path[entry.path.size()] == '/');
      if (entry.record < record_ || !covers) continue;
      const std::string moved =
          std::string(split::shadow_folder) + "/" + std::to_string(entry.number) + path.substr(entry.path.size());
      return openBeneath(layer_.get(), moved, O_RDONLY | O_NONBLOCK, out);
    }
    return openBeneath(root_.get(), path, O_RDONLY | O_NONBLOCK, out);
  }

  Status copy(int file, const Segment& segment, const std::string& path, std::uint64_t& crc) {
    for (std::uint64_t done = 0; done < segment.length;) {
      const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(segment.length - done, block_size));
      const ssize_t got = pread(file, buffer_.get(), want, static_cast<off_t>(segment.offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure("read", path);
      if (got == 0) return changed(path);
      const Bytes bytes{buffer_.get(), static_cast<std::size_t>(got)};
      crc = crc64_ecma_refl(crc, bytes.data(), bytes.size());
      SLIPWAY_TRY(emit(bytes));
      done += bytes.size();
    }
    return success();
  }

  BlockWriter to_;
  Sha256 digest_;
  Fd layer_;
  Fd root_;
  std::vector<Shadowed> shadowed_;
  std::uint64_t record_ = 0;
  const std::unique_ptr<std::uint8_t[]> buffer_{new std::uint8_t[block_size]};
};

} // namespace

Status joinLayer(const std::string& layer, const std::string& diff_id, BlockQueue& to) {
  return LayerJoiner(to).join(layer, diff_id);
}

Status checkLayer(const std::string& layer) {
  BlockQueue nowhere(1);
  return LayerJoiner(nowhere).check(layer);
}

} // namespace slipway::archive
