#include "archive/image_archive.h"

#include "archive/codec/decompress.h"
#include "archive/entry_path.h"
#include "archive/remove_tree.h"
#include "archive/stream/read_ahead.h"
#include "archive/tar/tar_header.h"
#include "archive/tar/tar_reader.h"

#include <algorithm>
#include <array>
#include <sys/random.h>
#include <sys/stat.h>

namespace slipway::archive {

namespace {

constexpr std::size_t most_json = 4 * 1024 * 1024;
constexpr std::size_t most_json_in_all = 64 * 1024 * 1024;

/** The data of one entry as a stream, whose start has been looked at already. */
class EntrySource final : public Source {
public:
  EntrySource(TarReader& reader, Source& below, Block start)
      : reader_(reader), below_(below), start_(std::move(start)) {}

  Status read(Block& out) override {
    if (start_.empty()) return reader_.readBlock(out);
    out = std::exchange(start_, {});
    return success();
  }

  void cancel() override { below_.cancel(); }

private:
  TarReader& reader_;
  Source& below_;
  Block start_;
};

/** The first `tar_block` bytes of an entry's data or more; fewer only when it is shorter. */
Status readStart(TarReader& reader, Block& out) {
  SLIPWAY_TRY(reader.readBlock(out));
  while (!out.empty() && out.bytes.size() < tar_block) {
    Block more;
    SLIPWAY_TRY(reader.readBlock(more));
    if (more.empty()) break;
    std::vector<std::uint8_t> joined(out.bytes.begin(), out.bytes.end());
    joined.insert(joined.end(), more.bytes.begin(), more.bytes.end());
    out = Block::copyOf(joined);
  }
  return success();
}

/** A tar's first header may be of any format, and the tar of an empty layer is all zeros. */
bool isTar(Bytes start) {
  if (start.size() < tar_block) return false;
  TarHeader header;
  const Bytes block = start.first(tar_block);
  return isZeroBlock(block) || parseTarHeader(block, header).ok();
}

bool isLayer(Bytes start) {
  return detectCompression(start) != Compression::none || isTar(start);
}

bool isJson(Bytes start) {
  const auto first = std::find_if_not(start.begin(), start.end(),
                                      [](std::uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); });
  return first != start.end() && (*first == '{' || *first == '[');
}

/** Files of `docker save` before 1.10 that repeat what stands elsewhere. */
bool isLegacy(std::string_view name) {
  return lastOf(name) == "json" || lastOf(name) == "VERSION";
}

/** A new folder with a short name, as the paths of all layers of an image must fit into one page. */
Status makeStage(const std::string& stages, std::string& name) {
  constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz012345";
  for (;;) {
    std::array<std::uint8_t, 6> random{};
    if (getrandom(random.data(), random.size(), 0) < 0) return failure("getrandom");
    name.clear();
    for (const std::uint8_t byte : random) name += digits[byte % digits.size()];
    const std::string path = stages + "/" + name;
    if (mkdir(path.c_str(), 0710) == 0) return success();
    if (errno != EEXIST) return failure("mkdir", path);
  }
}

class ImageArchiveReader {
public:
  ImageArchiveReader(Source& tar, const std::string& stages, ImageArchive& out)
      : tar_(tar), reader_(tar, nullptr), stages_(stages), out_(out) {}

  Status read() {
    for (TarEntry entry;;) {
      bool end = false;
      SLIPWAY_TRY(reader_.next(entry, end));
      if (end) return success();
      SLIPWAY_TRY(take(entry));
    }
  }

private:
  Status take(const TarEntry& entry) {
    std::string name;
    SLIPWAY_TRY(cleanName(entry.name, name));
    if (entry.kind == EntryKind::symlink) out_.symlinks.emplace_back(name, entry.link);
    if (entry.kind == EntryKind::hardlink) {
      std::string target;
      SLIPWAY_TRY(cleanName(entry.link, target));
      out_.hardlinks.emplace_back(name, target);
    }
    return entry.kind == EntryKind::file && !isLegacy(name) ? takeFile(entry, name) : success();
  }

  Status takeFile(const TarEntry& entry, const std::string& name) {
    Block start;
    SLIPWAY_TRY(readStart(reader_, start));
    if (isLayer(start.bytes)) return takeLayer(std::move(start), name);
    return isJson(start.bytes) && entry.size <= most_json ? takeJson(start.bytes, name) : success();
  }

  Status takeLayer(Block start, const std::string& name) {
    const bool twice =
        std::any_of(out_.layers.begin(), out_.layers.end(), [&](const auto& layer) { return layer.name == name; });
    if (twice) return malformed("archive has a layer twice", name);
    ArchivedLayer& layer = out_.layers.emplace_back();
    layer.name = name;
    SLIPWAY_TRY(makeStage(stages_, layer.stage));
    EntrySource data(reader_, tar_, std::move(start));
    return unpackLayer(data, stages_ + "/" + layer.stage, layer.unpacked);
  }

  Status takeJson(Bytes start, const std::string& name) {
    std::string content(start.begin(), start.end());
    for (Bytes bytes;;) {
      SLIPWAY_TRY(reader_.read(bytes));
      if (bytes.empty()) break;
      content.append(bytes.begin(), bytes.end());
    }
    json_size_ += content.size();
    if (json_size_ > most_json_in_all) return malformed("archive has more than 64 MiB of JSON", name);
    out_.files.emplace_back(name, std::move(content));
    return success();
  }

  Source& tar_;
  TarReader reader_;
  const std::string& stages_;
  ImageArchive& out_;
  std::size_t json_size_ = 0;
};

} // namespace

Status readImageArchive(Source& from, const std::string& stages, ImageArchive& out) {
  DecompressSource plain(from);
  ReadAhead ahead(plain);
  const Status status = ImageArchiveReader(ahead, stages, out).read();
  if (status.ok()) return status;
  for (const ArchivedLayer& layer : out.layers) {
    if (layer.stage.empty()) continue;
    // The first failure is the one to tell; what cannot be deleted now goes at the next start.
    const Status removed = removeTree(stages + "/" + layer.stage);
    static_cast<void>(removed);
  }
  return status;
}

} // namespace slipway::archive
