#pragma once

#include "archive/stream/source.h"

#include <functional>
#include <napi.h>

namespace slipway::addon {

/** Reads the archive that JavaScript writes; runs on a thread of its own. */
using ConsumeArchive = std::function<Status(archive::Source&)>;

/** Makes the result of `end` once the archive has been consumed. */
using ConvertResult = std::function<Napi::Value(Napi::Env)>;

/** The object `ArchiveWriter` of archive.d.ts, at work. */
Napi::Object makeArchiveWriter(Napi::Env env, ConsumeArchive consume, ConvertResult convert);

} // namespace slipway::addon
