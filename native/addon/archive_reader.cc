#include "addon/archive_reader.h"

#include "addon/main_thread.h"

#include <memory>
#include <thread>

namespace slipway::addon {

namespace {

using Deferred = Napi::Promise::Deferred;

/** What is packed ahead of JavaScript, at most. */
constexpr std::size_t most_queued = 1024 * 1024;

/** One archive on its way out. When the JavaScript functions are collected, nobody can read it any more. */
struct Reading {
  std::shared_ptr<archive::BlockQueue> queue = std::make_shared<archive::BlockQueue>(most_queued);

  Reading() = default;
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  ~Reading() { queue->cancel(); }
};

Napi::Value toBuffer(Napi::Env env, archive::Block block) {
  if (block.empty()) return env.Null();
  auto* owner = new archive::Block(std::move(block));
  // Node may write to a Buffer, and so it may to this one: nobody else holds it.
  auto* data = const_cast<std::uint8_t*>(owner->bytes.data());
  return Napi::Buffer<std::uint8_t>::New(
      env, data, owner->bytes.size(), [](Napi::Env, std::uint8_t*, archive::Block* held) { delete held; }, owner);
}

/** Settles `deferred` with the next block, now or when there is one. */
void settle(Napi::Env env, const std::shared_ptr<Reading>& reading, const Deferred& deferred) {
  archive::Block block;
  Status status;
  const auto main = std::make_shared<MainThread>(env, "slipway archive");
  const bool ready = reading->queue->poll(block, status, [reading, deferred, main] {
    main->run([reading, deferred](Napi::Env now) { settle(now, reading, deferred); });
  });
  if (!ready) return;
  if (status.ok())
    deferred.Resolve(toBuffer(env, std::move(block)));
  else
    deferred.Reject(toError(env, status).Value());
}

} // namespace

Napi::Object makeArchiveReader(Napi::Env env, ProduceArchive produce) {
  auto reading = std::make_shared<Reading>();
  std::thread([queue = reading->queue, produce = std::move(produce)] { queue->finish(produce(*queue)); }).detach();
  Napi::Object object = Napi::Object::New(env);
  object.Set("read", Napi::Function::New(env, [reading](const Napi::CallbackInfo& info) {
               const Deferred deferred(info.Env());
               settle(info.Env(), reading, deferred);
               return deferred.Promise();
             }));
  object.Set("close", Napi::Function::New(env, [reading](const Napi::CallbackInfo&) { reading->queue->cancel(); }));
  return object;
}

} // namespace slipway::addon
