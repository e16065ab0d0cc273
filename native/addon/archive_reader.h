#pragma once

#include "archive/stream/block_queue.h"

#include <functional>
#include <napi.h>

namespace slipway::addon {

/** Writes an archive; runs on a thread of its own. The queue is finished with what it gives. */
using ProduceArchive = std::function<Status(archive::BlockQueue&)>;

/** The object `ArchiveReader` of archive.d.ts, at work. */
Napi::Object makeArchiveReader(Napi::Env env, ProduceArchive produce);

} // namespace slipway::addon
