#include "libcontainer/spawn.h"

#include "libcontainer/file.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace slipway::spawn {

static constexpr size_t stack_size = 64 * 1024;

Status seal(const char* path, Fd& copy) {
  const Fd source(open(path, O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!source || fstat(source.get(), &info) < 0) return failure("open", path);
  copy = Fd(memfd_create("slipway-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC));
  // Kernels before 6.3 know no MFD_EXEC, and need none.
  if (!copy && errno == EINVAL) copy = Fd(memfd_create("slipway-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy) return failure("memfd_create");
  for (off_t rest = info.st_size; rest > 0;) {
    const ssize_t count = sendfile(copy.get(), source.get(), nullptr, static_cast<size_t>(rest));
    if (count <= 0) return failure(count == 0 ? EIO : errno, "copy", path);
    rest -= count;
  }
  return check(fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), "seal", path);
}

Status makeMemoryFile(const char* name, const void* data, size_t size, Fd& file) {
  file = Fd(memfd_create(name, MFD_CLOEXEC));
  if (!file) return failure("memfd_create");
  return file::writeAll(file.get(), {static_cast<const char*>(data), size});
}

/** Runs on its own stack in the memory of the daemon, whose thread waits: nothing but system calls. */
static int runChild(void* argument) {
  const auto& launch = *static_cast<const Launch*>(argument);
  constexpr int first = Launch::first_descriptor, last = first + Launch::most_descriptors;
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, nullptr);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  for (int i = 0; i < Launch::most_descriptors; i++) {
    const int wanted = launch.descriptors[i];
    if (wanted < 0) {
      close(first + i);
    } else if (dup2(wanted, first + i) < 0) {
      _exit(126);
    }
  }
  syscall(SYS_close_range, static_cast<unsigned>(last), ~0U, CLOSE_RANGE_CLOEXEC);
  if (launch.folder >= 0 && fchdir(launch.folder) < 0) _exit(126);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const char* arguments[] = {"slipway-shim", launch.role, nullptr};
  const char* environment[] = {nullptr};
  syscall(SYS_execveat, launch.executable, "", arguments, environment, AT_EMPTY_PATH);
  _exit(127);
}

/** Above the numbers that the child fills, so that filling one destroys no other. */
static Status liftDescriptors(Launch& launch, Fd (&lifted)[Launch::most_descriptors + 2]) {
  constexpr int floor = Launch::first_descriptor + Launch::most_descriptors;
  int* all[] = {&launch.descriptors[0], &launch.descriptors[1], &launch.descriptors[2],
                &launch.descriptors[3], &launch.executable,     &launch.folder};
  for (size_t i = 0; i < std::size(all); i++) {
    if (*all[i] < 0 || *all[i] >= floor) continue;
    lifted[i] = Fd(fcntl(*all[i], F_DUPFD_CLOEXEC, floor));
    if (!lifted[i]) return failure("dup");
    *all[i] = lifted[i].get();
  }
  return success();
}

Status start(const Launch& wanted, pid_t& pid) {
  Launch launch = wanted;
  Fd lifted[Launch::most_descriptors + 2];
  SLIPWAY_TRY(liftDescriptors(launch, lifted));
  void* stack = mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return failure("mmap");
  sigset_t all, former;
  sigfillset(&all);
  // No handler of the daemon may run in the child, which shares its memory.
  pthread_sigmask(SIG_SETMASK, &all, &former);
  pid = clone(runChild, static_cast<char*>(stack) + stack_size, CLONE_VM | CLONE_VFORK | SIGCHLD, &launch);
  const Status status = check(pid, "start shim");
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
  munmap(stack, stack_size);
  return status;
}

} // namespace slipway::spawn
