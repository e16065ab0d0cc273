#include "archive/unpack_into.h"

#include "archive/codec/decompress.h"
#include "archive/rooted.h"
#include "archive/stream/read_ahead.h"

#include <fcntl.h>

namespace slipway::archive {

Status unpackInto(Source& from, const std::string& root, const std::string& path, UnpackOptions options) {
  Fd top;
  SLIPWAY_TRY(openFolder(root, top));
  Fd folder;
  SLIPWAY_TRY(openInRoot(top.get(), path, O_RDONLY | O_DIRECTORY, folder));
  options.folder = path;
  DecompressSource plain(from);
  ReadAhead ahead(plain);
  TarReader reader(ahead, nullptr);
  return Unpacker(top.get(), options).unpack(reader);
}

} // namespace slipway::archive
