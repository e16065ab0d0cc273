#include "libcontainer/log_compressor.h"

#include "libcontainer/file.h"
#include "libcontainer/text.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <zlib.h>

namespace slipway {

namespace {

constexpr size_t block_size = 64 * 1024;

void putNumber(unsigned char* at, uint64_t value) {
  for (size_t i = 0; i < 8; i++) at[i] = static_cast<unsigned char>(value >> (8 * i));
}

/** Writes `source` compressed to `target`. */
Status compressTo(int source, int target, const char* path) {
  struct statx info{};
  SLIPWAY_TRY(check(statx(source, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info), "stat log", path));
  unsigned char origin[20] = {'S', 'L', 16, 0};
  putNumber(origin + 4, info.stx_ino);
  const auto second = static_cast<uint64_t>(info.stx_btime.tv_sec);
  putNumber(origin + 12, second * 1'000'000'000 + info.stx_btime.tv_nsec);
  gz_header header{};
  header.os = 3;
  header.extra = origin;
  header.extra_len = sizeof origin;
  z_stream stream{};
  // 16 more than the size of the window asks for gzip.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK ||
      deflateSetHeader(&stream, &header) != Z_OK)
    return failure(ENOMEM, "compress log", path);
  static unsigned char in[block_size], out[block_size];
  for (int mode = Z_NO_FLUSH; mode != Z_FINISH;) {
    const ssize_t count = read(source, in, sizeof in);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read log", path);
    mode = count == 0 ? Z_FINISH : Z_NO_FLUSH;
    stream.next_in = in;
    stream.avail_in = static_cast<unsigned>(count);
    do {
      stream.next_out = out;
      stream.avail_out = sizeof out;
      if (deflate(&stream, mode) == Z_STREAM_ERROR) return failure(EIO, "compress log", path);
      SLIPWAY_TRY(file::writeAll(target, {reinterpret_cast<char*>(out), sizeof out - stream.avail_out}, "write log"));
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return check(fsync(target), "sync log", path);
}

Status compress(const char* path) {
  const PathText name(path, LogCompressor::suffix), unfinished(name.view(), ".new");
  const Fd source(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!source) return failure("open log", path);
  // Left by one that was stopped.
  unlink(unfinished.c_str());
  const Fd target(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!target) return failure("make log", unfinished.view());
  Status status = compressTo(source.get(), target.get(), path);
  if (status.ok()) status = check(rename(unfinished.c_str(), name.c_str()), "rename log", name.view());
  unlink(status.ok() ? path : unfinished.c_str());
  return status;
}

} // namespace

void LogCompressor::start(const char* path) {
  wait();
  int process = -1;
  const pid_t parent = getpid();
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<uint64_t>(&process);
  arguments.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid > 0) process_ = Fd(process);
  if (pid != 0) return;
  // Ends with its parent, whose descriptors it must not keep open.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  close_range(0, ~0U, 0);
  _exit(compress(path).ok() ? 0 : 1);
}

void LogCompressor::wait() {
  siginfo_t info{};
  while (process_ && waitid(P_PIDFD, static_cast<id_t>(process_.get()), &info, WEXITED) < 0 && errno == EINTR) {
  }
  process_.reset();
}

void LogCompressor::stop() {
  if (process_) syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
  wait();
}

} // namespace slipway
