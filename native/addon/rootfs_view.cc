#include "libcontainer/rootfs/rootfs_view.h"

#include "addon/bindings.h"
#include "addon/convert.h"
#include "addon/main_thread.h"

namespace slipway::addon {

namespace {

using rootfs_view::View;

Status openView(std::string request, View& view) {
  Arena arena;
  const json::Value* document = nullptr;
  const std::size_t size = request.size();
  request.push_back('\0');
  SLIPWAY_TRY(json::parse(arena, request.data(), size, document));
  const json::Value& read = *document;
  return rootfs_view::openOnThread(arena, read["rootfs"], read["binds"], read["readOnly"].boolean(), view);
}

Napi::Value convertView(Napi::Env env, View& view) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("root", view.root.release());
  result.Set("space", view.space.release());
  return result;
}

} // namespace

Napi::Value viewRootfs(const Napi::CallbackInfo& info) {
  return runOnThread<View>(
      info.Env(), [request = text(info[0])](View& view) { return openView(request, view); }, convertView);
}

} // namespace slipway::addon
