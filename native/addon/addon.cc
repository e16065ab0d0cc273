#include "addon/bindings.h"

static Napi::Object bind(Napi::Env env, Napi::Object exports) {
  slipway::addon::bindRuntime(env, exports);
  slipway::addon::bindArchive(env, exports);
  slipway::addon::bindNetwork(env, exports);
  slipway::addon::bindService(env, exports);
  return exports;
}

NODE_API_MODULE(slipway, bind)
