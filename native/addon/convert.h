#pragma once

#include <napi.h>
#include <string>
#include <vector>

namespace slipway::addon {

/** The string that `value` is; empty when it is none. */
inline std::string text(const Napi::Value& value) {
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

inline std::vector<std::string> texts(const Napi::Value& value) {
  std::vector<std::string> out;
  if (!value.IsArray()) return out;
  const auto array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) out.push_back(text(array.Get(i)));
  return out;
}

/** An array of what `convert` (Env, item) makes of each item. */
template <typename Items, typename Convert> Napi::Array toArray(Napi::Env env, const Items& items, Convert convert) {
  Napi::Array array = Napi::Array::New(env, items.size());
  std::uint32_t index = 0;
  for (const auto& item : items) array.Set(index++, convert(env, item));
  return array;
}

inline Napi::Array toArray(Napi::Env env, const std::vector<std::string>& items) {
  return toArray(env, items, [](Napi::Env now, const std::string& item) { return Napi::String::New(now, item); });
}

} // namespace slipway::addon
