#include "addon/async.h"

#include <cstring>

namespace slipway::addon {

Napi::Error toError(Napi::Env env, const Status& status) {
  const char* name = strerrorname_np(status.error);
  const std::string code = name == nullptr ? "EUNKNOWN" : name;
  std::string message = code + ": " + strerrordesc_np(status.error) + ", " + status.operation;
  if (status.path[0] != '\0') message += std::string(" '") + status.path + "'";
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("errno", Napi::Number::New(env, -status.error));
  error.Set("code", Napi::String::New(env, code));
  error.Set("syscall", Napi::String::New(env, status.operation));
  if (status.path[0] != '\0') error.Set("path", Napi::String::New(env, status.path));
  return error;
}

} // namespace slipway::addon
