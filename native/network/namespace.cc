#include "network/namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <system_error>
#include <thread>

namespace slipway::netns {

Status open(int pid, Fd& out) {
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/net";
  out = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return out ? success() : failure("open network namespace", path);
}

Status inside(const Fd& netns, const std::function<Status()>& work) {
  Status status;
  try {
    std::thread visitor([&] {
      status = check(::setns(netns.get(), CLONE_NEWNET), "enter network namespace");
      if (status.ok()) status = work();
    });
    visitor.join();
  } catch (const std::system_error& error) {
    return failure(error.code().value(), "start a thread for the network namespace");
  }
  return status;
}

Status writeSysctl(const std::string& name, std::string_view value) {
  const std::string path = "/proc/sys/net/" + name;
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return failure("open", path);
  return check(::write(file.get(), value.data(), value.size()), "write", path);
}

} // namespace slipway::netns
