#pragma once

#include <napi.h>

namespace slipway::addon {

/** Each puts one namespace of functions on `exports`; their faces are {runtime,archive,network,service}.d.ts. */
void bindRuntime(Napi::Env env, Napi::Object exports);
void bindArchive(Napi::Env env, Napi::Object exports);
void bindNetwork(Napi::Env env, Napi::Object exports);
void bindService(Napi::Env env, Napi::Object exports);

/** `viewRootfs` and `usage` of the runtime. */
Napi::Value viewRootfs(const Napi::CallbackInfo& info);
Napi::Value readUsage(const Napi::CallbackInfo& info);

} // namespace slipway::addon
