#pragma once

#include "addon/async.h"

#include <functional>
#include <memory>
#include <napi.h>
#include <thread>
#include <utility>

namespace slipway::addon {

/** Lets other threads run things on the thread of JavaScript. Keeps the event loop alive as long as anybody holds it.
 */
class MainThread {
public:
  using Task = std::function<void(Napi::Env)>;

  MainThread(Napi::Env env, const char* name)
      : function_(Napi::ThreadSafeFunction::New(env, Napi::Function(), name, 0, 1)) {}

  ~MainThread() { function_.Release(); }

  MainThread(const MainThread&) = delete;
  MainThread& operator=(const MainThread&) = delete;

  /** From any thread. A task is dropped when JavaScript is going away. */
  void run(Task task) {
    auto* queued = new Task(std::move(task));
    const napi_status status = function_.BlockingCall(queued, [](Napi::Env env, Napi::Function, Task* due) {
      const std::unique_ptr<Task> owner(due);
      if (env != nullptr) (*due)(env);
    });
    if (status != napi_ok) delete queued;
  }

private:
  Napi::ThreadSafeFunction function_;
};

/**
 * As `AsyncWork::run`, but on a thread of its own: for work that may take long, that must not keep file system calls of
 * Node waiting in its pool, or that changes what belongs to a thread.
 */
template <typename Result> Napi::Value runOnThread(Napi::Env env, std::function<Status(Result&)> work,
                                                   std::function<Napi::Value(Napi::Env, Result&)> convert) {
  auto deferred = std::make_shared<Napi::Promise::Deferred>(env);
  auto main = std::make_shared<MainThread>(env, "slipway");
  const Napi::Promise promise = deferred->Promise();
  std::thread([main = std::move(main), deferred = std::move(deferred), work = std::move(work),
               convert = std::move(convert)]() mutable {
    auto result = std::make_shared<Result>();
    const Status status = work(*result);
    main->run([deferred = std::move(deferred), result = std::move(result), convert = std::move(convert),
               status](Napi::Env now) {
      if (status.ok())
        deferred->Resolve(convert(now, *result));
      else
        deferred->Reject(toError(now, status).Value());
    });
  }).detach();
  return promise;
}

} // namespace slipway::addon
