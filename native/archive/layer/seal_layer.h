#pragma once

#include "archive/layer/layer.h"

#include <string>
#include <vector>

namespace slipway::archive {

/**
 * Makes the read-write layer folder `layer`, to which nobody writes any more, what `unpackLayer` would make of the tar
 * that `packLayer` gives of it, without writing its files again: what the tar does not tell of is taken away, and
 * `layer`/split is written. Uses the calling thread and two more. On failure the layer can still be packed.
 * @param omit paths without a slash at the start, deleted where they are empty folders or files
 */
Status sealLayer(const std::string& layer, const std::vector<std::string>& omit, UnpackedLayer& out);

} // namespace slipway::archive
