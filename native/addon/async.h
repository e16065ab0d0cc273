#pragma once

#include "libcontainer/status.h"

#include <functional>
#include <napi.h>
#include <string>
#include <utility>

namespace slipway::addon {

/** A Node-shaped Error: `message` "CODE: text, syscall 'path'", with errno, code, syscall and path. */
Napi::Error toError(Napi::Env env, const Status& status);

/**
 * Runs `work` on a thread of the pool and settles a promise on the main thread.
 * `work` (R -> Status) touches no JavaScript; `convert` (Env, R&) -> Napi::Value makes the result of it.
 * A failed Status rejects with `toError`.
 */
template <typename Result> class AsyncWork final : public Napi::AsyncWorker {
public:
  using Work = std::function<Status(Result&)>;
  using Convert = std::function<Napi::Value(Napi::Env, Result&)>;

  static Napi::Value run(Napi::Env env, Work work, Convert convert) {
    auto* worker = new AsyncWork(env, std::move(work), std::move(convert));
    const Napi::Promise promise = worker->deferred_.Promise();
    worker->Queue();
    return promise;
  }

private:
  AsyncWork(Napi::Env env, Work work, Convert convert)
      : AsyncWorker(env), deferred_(env), work_(std::move(work)), convert_(std::move(convert)) {}

  void Execute() override { status_ = work_(result_); }

  void OnOK() override {
    if (status_.ok()) {
      deferred_.Resolve(convert_(Env(), result_));
    } else {
      deferred_.Reject(toError(Env(), status_).Value());
    }
  }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  Result result_{};
  Status status_;
};

} // namespace slipway::addon
