// Bytes as an archive, compressed or not, which is unpacked as a layer: nothing of it comes to lie outside of the
// folder.
#include "archive/codec/decompress.h"
#include "archive/remove_tree.h"
#include "archive/unpack.h"
#include "libcontainer/fd.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>

using namespace slipway;
using namespace slipway::archive;

namespace {

/** A folder of its own, in which the folder to unpack to is the only thing there is. */
const std::string& ground() {
  static const std::string path = [] {
    char name[] = "/dev/shm/slipway-fuzz-XXXXXX";
    if (mkdtemp(name) == nullptr) abort();
    static std::string made(name);
    atexit([] { static_cast<void>(removeTree(made)); });
    return made;
  }();
  return path;
}

/** The input, in pieces. */
class Input final : public Source {
public:
  Input(Bytes bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}

  Status read(Block& out) override {
    const Bytes next = bytes_.first(std::min(piece_, bytes_.size()));
    bytes_ = bytes_.subspan(next.size());
    out = next.empty() ? Block{} : Block::copyOf(next);
    return success();
  }

private:
  Bytes bytes_;
  std::size_t piece_;
};

/** Ends a bomb: what is unpacked is more than any input needs. */
class Bounded final : public Source {
public:
  explicit Bounded(Source& from) : from_(from) {}

  Status read(Block& out) override {
    SLIPWAY_TRY(from_.read(out));
    taken_ += out.bytes.size();
    return taken_ > (8 << 20) ? malformed("too much") : success();
  }

private:
  Source& from_;
  std::size_t taken_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string root = ground() + "/root";
  if (mkdir(root.c_str(), 0700) < 0) abort();
  {
    const Fd folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    Input bytes({data, size}, 1 + size % 700);
    DecompressSource plain(bytes);
    Bounded bounded(plain);
    TarReader reader(bounded, nullptr);
    UnpackOptions options;
    options.layer = size % 2 == 0;
    Unpacker unpacker(folder.get(), options);
    static_cast<void>(unpacker.unpack(reader));
  }
  for (const auto& entry : std::filesystem::directory_iterator(ground())) {
    if (entry.path().filename() != "root") {
      std::fprintf(stderr, "outside of the root: %s\n", entry.path().c_str());
      abort();
    }
  }
  if (!removeTree(root).ok()) abort();
  return 0;
}
