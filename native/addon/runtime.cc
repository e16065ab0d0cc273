#include "addon/async.h"
#include "addon/bindings.h"
#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/cgroup/cgroup_stats.h"
#include "libcontainer/file.h"
#include "libcontainer/seccomp.h"
#include "libcontainer/spawn.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <vector>

namespace slipway::addon {

namespace {

using Ready = std::shared_ptr<const Fd>;

/** What every launch shares: the sealed shim and the seccomp filters compiled so far. Used from several threads. */
class Launcher {
public:
  Status executable(Ready& result) {
    const std::lock_guard lock(mutex_);
    if (!executable_) {
      Fd sealed;
      SLIPWAY_TRY(spawn::seal(shimPath().c_str(), sealed));
      executable_ = std::make_shared<const Fd>(std::move(sealed));
      cgroup::holdQuickMoves(quick_moves_);
    }
    result = executable_;
    return success();
  }

  /** The filter of a profile; the second time it costs nothing. */
  Status filter(const std::string& profile, Ready& result) {
    if (profile.empty()) return success();
    const std::lock_guard lock(mutex_);
    if (const auto found = filters_.find(profile); found != filters_.end()) {
      result = found->second;
      return success();
    }
    Fd compiled;
    SLIPWAY_TRY(compile(profile, compiled));
    if (filters_.size() >= most_filters) filters_.clear();
    result = filters_[profile] = std::make_shared<const Fd>(std::move(compiled));
    return success();
  }

private:
  static constexpr size_t most_filters = 32;

  /** The shim lies beside the addon. */
  static std::string shimPath() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&bindRuntime), &info) == 0) return "slipway-shim";
    const std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/') + 1) + "slipway-shim";
  }

  static Status compile(const std::string& profile, Fd& compiled) {
    Arena arena;
    std::vector<char> text(profile.begin(), profile.end());
    text.push_back('\0');
    const json::Value* document = nullptr;
    SLIPWAY_TRY(json::parse(arena, text.data(), profile.size(), document));
    SLIPWAY_TRY(spawn::makeMemoryFile("seccomp", "", 0, compiled));
    return seccomp::compile(*document, compiled.get());
  }

  std::mutex mutex_;
  Ready executable_;
  Fd quick_moves_;
  std::map<std::string, Ready> filters_;
};

Launcher launcher;

struct Shim {
  pid_t pid = -1;
  Fd control;
  Fd stream;
};

Status makeSocketPair(Fd& ours, Fd& theirs) {
  int ends[2];
  SLIPWAY_TRY(check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair"));
  ours = Fd(ends[0]);
  theirs = Fd(ends[1]);
  return success();
}

Status startShim(const char* role, int folder, bool with_stream, const std::string& options, const std::string& profile,
                 Shim& shim) {
  Ready executable, filter;
  Fd control, stream, document;
  SLIPWAY_TRY(launcher.executable(executable));
  SLIPWAY_TRY(launcher.filter(profile, filter));
  SLIPWAY_TRY(spawn::makeMemoryFile("options", options.data(), options.size(), document));
  SLIPWAY_TRY(makeSocketPair(shim.control, control));
  if (with_stream) SLIPWAY_TRY(makeSocketPair(shim.stream, stream));
  const spawn::Launch launch{.executable = executable->get(),
                             .role = role,
                             .folder = folder,
                             .descriptors = {control.get(), stream.get(), document.get(), filter ? filter->get() : -1}};
  return spawn::start(launch, shim.pid);
}

Status makeBundle(const std::string& path, const std::string& config, Fd& folder) {
  if (mkdir(path.c_str(), 0700) < 0 && errno != EEXIST) return failure("make bundle", path);
  folder = Fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return failure("open bundle", path);
  const Fd file(openat(folder.get(), "config.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return failure("make config.json", path);
  return file::writeAll(file.get(), config, "write config.json");
}

Napi::Value convertShim(Napi::Env env, Shim& shim) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("pid", shim.pid);
  result.Set("control", shim.control.release());
  result.Set("stream", shim.stream.release());
  return result;
}

std::string text(const Napi::Object& object, const char* name) {
  return object.Get(name).ToString().Utf8Value();
}

Napi::Value launchContainer(const Napi::CallbackInfo& info) {
  const Napi::Object launch = info[0].As<Napi::Object>();
  auto work = [bundle = text(launch, "bundle"), config = text(launch, "config"), options = text(launch, "options"),
               profile = text(launch, "seccomp")](Shim& shim) {
    Fd folder;
    SLIPWAY_TRY(makeBundle(bundle, config, folder));
    return startShim("container", folder.get(), false, options, profile, shim);
  };
  return AsyncWork<Shim>::run(info.Env(), std::move(work), convertShim);
}

Napi::Value launchExec(const Napi::CallbackInfo& info) {
  const Napi::Object launch = info[0].As<Napi::Object>();
  auto work = [options = text(launch, "options"), profile = text(launch, "seccomp")](Shim& shim) {
    return startShim("exec", -1, true, options, profile, shim);
  };
  return AsyncWork<Shim>::run(info.Env(), std::move(work), convertShim);
}

struct Nothing {};

Napi::Value convertNothing(Napi::Env env, Nothing&) {
  return env.Undefined();
}

Napi::Value reap(const Napi::CallbackInfo& info) {
  const pid_t pid = info[0].ToNumber().Int32Value();
  auto work = [pid](Nothing&) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return success();
  };
  return AsyncWork<Nothing>::run(info.Env(), work, convertNothing);
}

Napi::Value convertStats(Napi::Env env, cgroup::Stats& stats) {
  const auto number = [env](uint64_t value) {
    return Napi::Number::New(env, value == cgroup::untold ? -1 : static_cast<double>(value));
  };
  Napi::Object result = Napi::Object::New(env), memory = Napi::Object::New(env);
  Napi::Array each = Napi::Array::New(env), block = Napi::Array::New(env);
  for (const uint64_t cpu : stats.cpu_each) each.Set(each.Length(), number(cpu));
  for (const auto& [key, value] : stats.memory) memory.Set(key, number(value));
  for (const cgroup::BlockIo& io : stats.block) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("major", number(io.major));
    entry.Set("minor", number(io.minor));
    entry.Set("op", io.op);
    entry.Set("value", number(io.value));
    block.Set(block.Length(), entry);
  }
  result.Set("cpuTotal", number(stats.cpu_total));
  result.Set("cpuUser", number(stats.cpu_user));
  result.Set("cpuSystem", number(stats.cpu_system));
  result.Set("cpuEach", each);
  result.Set("periods", number(stats.periods));
  result.Set("throttledPeriods", number(stats.throttled_periods));
  result.Set("throttledTime", number(stats.throttled_time));
  result.Set("memoryUsage", number(stats.memory_usage));
  result.Set("memoryPeak", number(stats.memory_peak));
  result.Set("memoryLimit", number(stats.memory_limit));
  result.Set("memoryFailures", number(stats.memory_failures));
  result.Set("memory", memory);
  result.Set("pidsCurrent", number(stats.pids_current));
  result.Set("pidsLimit", number(stats.pids_limit));
  result.Set("block", block);
  return result;
}

Napi::Value readStats(const Napi::CallbackInfo& info) {
  auto work = [path = info[0].ToString().Utf8Value()](cgroup::Stats& stats) {
    Arena arena;
    cgroup::Place place;
    SLIPWAY_TRY(cgroup::open(path.c_str(), place));
    return cgroup::readStats(arena, place, stats);
  };
  return AsyncWork<cgroup::Stats>::run(info.Env(), std::move(work), convertStats);
}

Napi::Value readPids(const Napi::CallbackInfo& info) {
  using Pids = std::vector<pid_t>;
  auto work = [path = info[0].ToString().Utf8Value()](Pids& result) {
    Arena arena;
    cgroup::Place place;
    pid_t* list = nullptr;
    size_t count = 0;
    SLIPWAY_TRY(cgroup::open(path.c_str(), place));
    SLIPWAY_TRY(cgroup::pids(arena, place, list, count));
    result.assign(list, list + count);
    return success();
  };
  return AsyncWork<Pids>::run(info.Env(), std::move(work), [](Napi::Env env, Pids& pids) -> Napi::Value {
    Napi::Array result = Napi::Array::New(env, pids.size());
    for (uint32_t i = 0; i < pids.size(); i++) result.Set(i, pids[i]);
    return result;
  });
}

Napi::Value freeze(const Napi::CallbackInfo& info) {
  auto work = [path = info[0].ToString().Utf8Value(), frozen = info[1].ToBoolean().Value()](Nothing&) {
    cgroup::Place place;
    SLIPWAY_TRY(cgroup::open(path.c_str(), place));
    return cgroup::freeze(place, frozen);
  };
  return AsyncWork<Nothing>::run(info.Env(), std::move(work), convertNothing);
}

Napi::Value update(const Napi::CallbackInfo& info) {
  auto work = [path = info[0].ToString().Utf8Value(), resources = info[1].ToString().Utf8Value()](Nothing&) mutable {
    Arena arena;
    cgroup::Place place;
    const json::Value* document = nullptr;
    const size_t size = resources.size();
    resources.push_back('\0');
    SLIPWAY_TRY(json::parse(arena, resources.data(), size, document));
    SLIPWAY_TRY(cgroup::open(path.c_str(), place));
    SLIPWAY_TRY(cgroup::setResources(arena, place, *document));
    return cgroup::setDevices(arena, place, (*document)["devices"]);
  };
  return AsyncWork<Nothing>::run(info.Env(), std::move(work), convertNothing);
}

Napi::Value removeEmpty(const Napi::CallbackInfo& info) {
  auto work = [path = info[0].ToString().Utf8Value()](Nothing&) {
    cgroup::Place place;
    Status status = cgroup::open(path.c_str(), place);
    if (status.ok()) status = cgroup::remove(place);
    return status.error == ENOENT || status.error == EBUSY ? success() : status;
  };
  return AsyncWork<Nothing>::run(info.Env(), std::move(work), convertNothing);
}

Napi::Value destroy(const Napi::CallbackInfo& info) {
  auto work = [path = info[0].ToString().Utf8Value()](Nothing&) {
    Arena arena;
    cgroup::Place place;
    const Status found = cgroup::open(path.c_str(), place);
    if (found.error == ENOENT) return success();
    SLIPWAY_TRY(found);
    SLIPWAY_TRY(cgroup::kill(arena, place));
    return cgroup::remove(place);
  };
  return AsyncWork<Nothing>::run(info.Env(), std::move(work), convertNothing);
}

} // namespace

void bindRuntime(Napi::Env env, Napi::Object exports) {
  Napi::Object runtime = Napi::Object::New(env);
  runtime.Set("launchContainer", Napi::Function::New(env, launchContainer));
  runtime.Set("launchExec", Napi::Function::New(env, launchExec));
  runtime.Set("reap", Napi::Function::New(env, reap));
  runtime.Set("stats", Napi::Function::New(env, readStats));
  runtime.Set("usage", Napi::Function::New(env, readUsage));
  runtime.Set("pids", Napi::Function::New(env, readPids));
  runtime.Set("freeze", Napi::Function::New(env, freeze));
  runtime.Set("update", Napi::Function::New(env, update));
  runtime.Set("removeEmpty", Napi::Function::New(env, removeEmpty));
  runtime.Set("destroy", Napi::Function::New(env, destroy));
  runtime.Set("viewRootfs", Napi::Function::New(env, viewRootfs));
  exports.Set("runtime", runtime);
}

} // namespace slipway::addon
