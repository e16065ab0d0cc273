#include "addon/async.h"
#include "addon/bindings.h"
#include "libcontainer/fd.h"

#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <malloc.h>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace slipway::addon {
namespace {

/** Sends one datagram to a unix socket; a name that begins with '@' is abstract (sd_notify(3)). */
Status sendDatagram(const std::string& path, const std::string& message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return failure(EINVAL, "address", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';
  const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return failure("socket", path);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent = ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<sockaddr*>(&address), length);
  return check(sent, "sendto", path);
}

Napi::Value notify(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>();
  const std::string message = info[1].As<Napi::String>();
  if (const Status status = sendDatagram(path, message); !status.ok())
    toError(info.Env(), status).ThrowAsJavaScriptException();
  return info.Env().Undefined();
}

struct Nothing {};

Napi::Value sendDatagramLater(const Napi::CallbackInfo& info) {
  const auto bytes = info[1].As<Napi::Buffer<char>>();
  const auto work = [path = info[0].As<Napi::String>().Utf8Value(),
                     message = std::string(bytes.Data(), bytes.Length())](Nothing&) {
    return sendDatagram(path, message);
  };
  return AsyncWork<Nothing>::run(info.Env(), work, [](Napi::Env env, Nothing&) { return env.Undefined(); });
}

/** Work on threads of the pool has freed memory all over the heap, which malloc keeps until it is told. */
Napi::Value trim(const Napi::CallbackInfo& info) {
  const bool released = malloc_trim(0) == 1;
  return Napi::Boolean::New(info.Env(), released);
}

/** One mapping of proc_pid_smaps(5), as far as it matters here. */
struct Mapping {
  uintptr_t start = 0, end = 0;
  bool writable = false, of_file = false, private_pages = false;
};

/** Takes the page table entries of unchanged file pages away (madvise(2)); what is needed again comes from the page
 * cache. */
size_t drop(const Mapping& mapping) {
  if (mapping.start == 0 || mapping.writable || !mapping.of_file || mapping.private_pages) return 0;
  const size_t size = mapping.end - mapping.start;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel tells addresses as numbers.
  return madvise(reinterpret_cast<void*>(mapping.start), size, MADV_DONTNEED) == 0 ? size : 0;
}

Napi::Value dropFilePages(const Napi::CallbackInfo& info) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  Mapping mapping;
  size_t dropped = 0;
  while (std::getline(maps, line)) {
    uintptr_t start = 0, end = 0;
    char access[5] = "", name[2] = "";
    if (sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %1s", &start, &end, access, name) >= 3) {
      dropped += drop(mapping);
      mapping = {start, end, access[1] == 'w', name[0] == '/', false};
    } else if (line.starts_with("Anonymous:")) {
      // Pages that were written to, such as relocated ones, exist nowhere else.
      mapping.private_pages = !line.ends_with(" 0 kB");
    }
  }
  dropped += drop(mapping);
  return Napi::Number::New(info.Env(), static_cast<double>(dropped));
}

} // namespace

void bindService(Napi::Env env, Napi::Object exports) {
  Napi::Object service = Napi::Object::New(env);
  service.Set("notify", Napi::Function::New(env, notify, "notify"));
  service.Set("sendDatagram", Napi::Function::New(env, sendDatagramLater, "sendDatagram"));
  service.Set("trim", Napi::Function::New(env, trim, "trim"));
  service.Set("dropFilePages", Napi::Function::New(env, dropFilePages, "dropFilePages"));
  exports.Set("service", service);
}

} // namespace slipway::addon
