#include "addon/async.h"
#include "addon/bindings.h"
#include "libcontainer/cgroup/cgroup_usage.h"

#include <limits>
#include <string>
#include <vector>

namespace slipway::addon {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Container {
  std::string cgroup;
  pid_t pid;
};

/** As many numbers of each container as `Usage` has counters; NaN first for one that is gone. */
void append(const cgroup::Usage& usage, std::vector<double>& numbers) {
  const auto number = [](uint64_t value) { return static_cast<double>(value); };
  numbers.insert(numbers.end(), {usage.found ? number(usage.cpu) : none, number(usage.memory),
                                 number(usage.memory_limit), number(usage.received), number(usage.sent),
                                 number(usage.block_read), number(usage.block_written), number(usage.pids)});
}

Napi::Value toArray(Napi::Env env, std::vector<double>& numbers) {
  auto result = Napi::Float64Array::New(env, numbers.size());
  std::copy(numbers.begin(), numbers.end(), result.Data());
  return result;
}

} // namespace

Napi::Value readUsage(const Napi::CallbackInfo& info) {
  const auto cgroups = info[0].As<Napi::Array>(), pids = info[1].As<Napi::Array>();
  std::vector<Container> containers;
  containers.reserve(cgroups.Length());
  for (uint32_t i = 0; i < cgroups.Length(); i++)
    containers.push_back({cgroups.Get(i).ToString().Utf8Value(), pids.Get(i).ToNumber().Int32Value()});
  auto work = [containers = std::move(containers)](std::vector<double>& numbers) {
    const cgroup::UsageReader reader;
    for (const Container& each : containers) append(reader.read(each.cgroup, each.pid), numbers);
    return success();
  };
  return AsyncWork<std::vector<double>>::run(info.Env(), std::move(work), toArray);
}

} // namespace slipway::addon
