#pragma once

#include "archive/stream/source.h"

#include <string>
#include <vector>

namespace slipway::archive {

/** What came out of a layer tar. */
struct UnpackedLayer {
  /** sha256:... of the tar as it came in. */
  std::string digest;
  std::uint64_t compressed_size = 0;
  /** sha256:... of the uncompressed tar. */
  std::string diff_id;
  /** Bytes of the uncompressed tar. */
  std::uint64_t tar_size = 0;
  /** Bytes of file content. */
  std::uint64_t size = 0;
  /** Folders without an entry of their own, "" being the root: their attributes are those of the layers below. */
  std::vector<std::string> implied;
};

/**
 * Unpacks the layer tar `from`, compressed or not, into the existing folder `layer`: the files into `layer`/diff in
 * overlayfs's form, and `layer`/split, from which the tar can be given back. Uses the calling thread and one more.
 * `from` is read to its end; on failure it is cancelled, and what was written is left for the caller to delete.
 */
Status unpackLayer(Source& from, const std::string& layer, UnpackedLayer& out);

} // namespace slipway::archive
