#include "archive/layer/layer.h"

#include "archive/codec/decompress.h"
#include "archive/digest.h"
#include "archive/owners.h"
#include "archive/rooted.h"
#include "archive/stream/read_ahead.h"
#include "archive/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

Status unpackTar(Source& tar, const std::string& layer, UnpackedLayer& out) {
  Fd folder;
  Fd root;
  SLIPWAY_TRY(openFolder(layer, folder));
  SLIPWAY_TRY(check(mkdirat(folder.get(), "diff", 0755), "mkdir", layer + "/diff"));
  SLIPWAY_TRY(openBeneath(folder.get(), "diff", O_RDONLY | O_DIRECTORY, root));
  SLIPWAY_TRY(check(fchown(root.get(), owners::rootUser(), owners::rootGroup()), "chown", layer + "/diff"));
  SplitWriter split;
  SLIPWAY_TRY(split.open(folder.get(), "split"));
  Unpacker unpacker(root.get(), {.layer = true}, &split, folder.get());
  TarReader reader(tar, &split);
  SLIPWAY_TRY(unpacker.unpack(reader));
  SLIPWAY_TRY(split.finish());
  out.size = unpacker.size();
  out.implied = unpacker.takeImplied();
  return success();
}

} // namespace

Status unpackLayer(Source& from, const std::string& layer, UnpackedLayer& out) {
  DigestSource compressed(from);
  DecompressSource plain(compressed);
  DigestSource uncompressed(plain);
  ReadAhead ahead(uncompressed);
  SLIPWAY_TRY(unpackTar(ahead, layer, out));
  out.digest = compressed.finish();
  out.compressed_size = compressed.size();
  out.diff_id = uncompressed.finish();
  out.tar_size = uncompressed.size();
  return success();
}

} // namespace slipway::archive
