#include "addon/archive_writer.h"

#include "addon/main_thread.h"
#include "archive/stream/block_queue.h"

#include <optional>
#include <thread>
#include <vector>

namespace slipway::addon {

namespace {

using Deferred = Napi::Promise::Deferred;

/** What JavaScript has written and the reader not yet taken, at most. */
constexpr std::size_t most_queued = 1024 * 1024;

/** One archive on its way in. All but `queue` belongs to the main thread. */
struct Writing {
  archive::BlockQueue queue{most_queued};
  ConvertResult convert;
  std::vector<Deferred> writers;
  std::vector<Deferred> enders;
  std::vector<Deferred> aborters;
  std::optional<Status> outcome;

  void resolveWriters(Napi::Env env) {
    for (const Deferred& writer : std::exchange(writers, {})) writer.Resolve(env.Undefined());
  }

  void settle(Napi::Env env, const Deferred& ender) const {
    if (outcome->ok())
      ender.Resolve(convert(env));
    else
      ender.Reject(toError(env, *outcome).Value());
  }

  void finish(Napi::Env env, const Status& status) {
    outcome = status;
    resolveWriters(env);
    for (const Deferred& ender : std::exchange(enders, {})) settle(env, ender);
    for (const Deferred& aborter : std::exchange(aborters, {})) aborter.Resolve(env.Undefined());
  }
};

/** What the JavaScript functions share; when they are collected, nobody can end the archive any more. */
struct Handle {
  std::shared_ptr<Writing> writing;
  std::weak_ptr<MainThread> main;

  Handle(std::shared_ptr<Writing> of, std::weak_ptr<MainThread> on) : writing(std::move(of)), main(std::move(on)) {}

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  ~Handle() { writing->queue.cancel(); }
};

Napi::Value write(const std::shared_ptr<Handle>& handle, const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<Writing>& writing = handle->writing;
  Deferred deferred(env);
  if (!info[0].IsBuffer()) {
    deferred.Reject(Napi::TypeError::New(env, "write takes a Buffer").Value());
  } else if (writing->outcome && !writing->outcome->ok()) {
    deferred.Reject(toError(env, *writing->outcome).Value());
  } else {
    const auto chunk = info[0].As<Napi::Buffer<std::uint8_t>>();
    const bool room =
        chunk.Length() == 0 ||
        writing->queue.offer(archive::Block::copyOf({chunk.Data(), chunk.Length()}), [writing, main = handle->main] {
          if (const auto thread = main.lock()) thread->run([writing](Napi::Env now) { writing->resolveWriters(now); });
        });
    if (room)
      deferred.Resolve(env.Undefined());
    else
      writing->writers.push_back(deferred);
  }
  return deferred.Promise();
}

Napi::Value end(const std::shared_ptr<Handle>& handle, const Napi::CallbackInfo& info) {
  Deferred deferred(info.Env());
  handle->writing->queue.finish();
  if (handle->writing->outcome)
    handle->writing->settle(info.Env(), deferred);
  else
    handle->writing->enders.push_back(deferred);
  return deferred.Promise();
}

Napi::Value abort(const std::shared_ptr<Handle>& handle, const Napi::CallbackInfo& info) {
  Deferred deferred(info.Env());
  handle->writing->queue.cancel();
  if (handle->writing->outcome)
    deferred.Resolve(info.Env().Undefined());
  else
    handle->writing->aborters.push_back(deferred);
  return deferred.Promise();
}

} // namespace

Napi::Object makeArchiveWriter(Napi::Env env, ConsumeArchive consume, ConvertResult convert) {
  auto writing = std::make_shared<Writing>();
  writing->convert = std::move(convert);
  auto main = std::make_shared<MainThread>(env, "slipway archive");
  auto handle = std::make_shared<Handle>(writing, main);
  std::thread([writing, main = std::move(main), consume = std::move(consume)] {
    const Status status = consume(writing->queue);
    writing->queue.cancel();
    main->run([writing, status](Napi::Env now) { writing->finish(now, status); });
  }).detach();

  Napi::Object object = Napi::Object::New(env);
  using Method = Napi::Value (*)(const std::shared_ptr<Handle>&, const Napi::CallbackInfo&);
  const auto add = [&](const char* name, Method method) {
    object.Set(name, Napi::Function::New(
                         env, [handle, method](const Napi::CallbackInfo& info) { return method(handle, info); }, name));
  };
  add("write", write);
  add("end", end);
  add("abort", abort);
  return object;
}

} // namespace slipway::addon
