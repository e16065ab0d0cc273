#pragma once

#include "archive/layer/layer.h"

#include <string>
#include <utility>
#include <vector>

namespace slipway::archive {

/** A layer of an archive, unpacked. */
struct ArchivedLayer {
  /** Clean name of its file in the archive. */
  std::string name;
  /** Name of the folder in the stages' folder. */
  std::string stage;
  UnpackedLayer unpacked;
};

/** What an archive of images held: `docker save` of any age or an OCI image layout. Names are clean. */
struct ImageArchive {
  /** JSON files of up to 4 MiB; what is larger is nothing that an image is read from. */
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<ArchivedLayer> layers;
  /** Symlinks, with their targets as they stand. */
  std::vector<std::pair<std::string, std::string>> symlinks;
  /** Hardlinks, with the clean names of their targets. */
  std::vector<std::pair<std::string, std::string>> hardlinks;
};

/**
 * Reads a whole archive of images in one pass, compressed or not. Each layer file (told by its first bytes) is unpacked
 * into a new folder in `stages` as it comes. Links are told, never followed. On failure nothing is left in `stages`.
 */
Status readImageArchive(Source& from, const std::string& stages, ImageArchive& out);

} // namespace slipway::archive
