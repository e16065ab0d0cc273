/*
 * Run in a container: tells what a process of it may do, one "name value" a line, so that two engines can be compared.
 * Every system call is tried by number in a process of its own, with arguments that no call does anything good with: what a
 * seccomp profile refuses fails with its errno, whatever the arguments; what it allows comes to the kernel.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kLast = 470, kFirstOfX32 = 0x40000000, kSecond = 1 };

/* What happened to a call: its errno, 0 when it worked, -1 when the process ended or waited. */
static int attempt(long number) {
  int result[2];
  if (pipe(result) != 0) exit(1);
  pid_t child = fork();
  if (child == 0) {
    alarm(kSecond);
    /* No valid address, descriptor, size or flag: -1 is none of them, and no process may be signalled by it either. */
    long arguments = number == SYS_kill || number == SYS_tkill || number == SYS_tgkill ? 0x7fffffff : -1;
    long value = syscall(number, arguments, -1L, -1L, -1L, -1L, -1L);
    int code = value == -1 ? errno : 0;
    if (write(result[1], &code, sizeof code) != sizeof code) _exit(1);
    _exit(0);
  }
  close(result[1]);
  int code = -1;
  if (read(result[0], &code, sizeof code) != sizeof code) code = -1;
  close(result[0]);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return code;
}

static void tryCalls(void) {
  for (long number = 0; number <= kLast; number++) {
    /* A child of its own that would never be found again, or the end of all: not by number. */
    if (number == SYS_fork || number == SYS_vfork || number == SYS_clone || number == SYS_reboot) continue;
    printf("call %ld %d\n", number, attempt(number));
  }
  printf("call x32-getpid %d\n", attempt(kFirstOfX32 + SYS_getpid));
}

/* Calls whose arguments decide. */
static void tryArguments(void) {
  const unsigned long kNamespaces[] = {0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x80};
  for (size_t i = 0; i < sizeof kNamespaces / sizeof *kNamespaces; i++) {
    pid_t child = fork();
    if (child == 0) _exit(syscall(SYS_unshare, kNamespaces[i]) == 0 ? 0 : errno);
    int status = 0;
    waitpid(child, &status, 0);
    printf("unshare %lx %d\n", kNamespaces[i], WEXITSTATUS(status));
  }
  for (int family = 0; family < 46; family++) {
    int descriptor = (int)syscall(SYS_socket, family, 1 /* SOCK_STREAM */, 0);
    int refused = descriptor < 0 && errno == EPERM;
    printf("socket %d %s\n", family, refused ? "refused" : "passed");
    if (descriptor >= 0) close(descriptor);
  }
  const unsigned long kPersonas[] = {0, 8, 0x20000, 0x20008, 0xffffffff, 0x40000, 4};
  for (size_t i = 0; i < sizeof kPersonas / sizeof *kPersonas; i++) {
    pid_t child = fork();
    if (child == 0) _exit(syscall(SYS_personality, kPersonas[i]) == -1 ? errno : 0);
    int status = 0;
    waitpid(child, &status, 0);
    printf("personality %lx %d\n", kPersonas[i], WEXITSTATUS(status));
  }
}

static void copyLines(const char* path, const char* title, const char* const* wanted) {
  FILE* file = fopen(path, "r");
  char line[4096];
  while (file && fgets(line, sizeof line, file))
    for (const char* const* name = wanted; *name; name++)
      if (strncmp(line, *name, strlen(*name)) == 0) printf("%s %s", title, line);
  if (file) fclose(file);
}

/* Options that are the same for every mount of a kind; not where it comes from. */
static void tellMounts(void) {
  FILE* file = fopen("/proc/self/mountinfo", "r");
  char line[16384];
  while (file && fgets(line, sizeof line, file)) {
    char place[4096], options[1024], type[256], super[8192];
    char* rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s %1023s", place, options) != 2) continue;
    if (sscanf(rest, " - %255s %*s %8191s", type, super) != 2) continue;
    int named = strcmp(type, "overlay") != 0 && strcmp(type, "ext4") != 0 && strcmp(type, "xfs") != 0;
    printf("mount %s %s %s %s\n", place, named ? type : "disk", options, named && strcmp(type, "cgroup") != 0 ? super : "");
  }
  if (file) fclose(file);
}

static void tellDevices(const char* folder) {
  DIR* open = opendir(folder);
  struct dirent* entry;
  while (open && (entry = readdir(open))) {
    char path[512], target[256] = "";
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || lstat(path, &status) != 0) continue;
    if (S_ISLNK(status.st_mode) && readlink(path, target, sizeof target - 1) < 0) continue;
    printf("device %s %o %u %u:%u %s\n", path, status.st_mode, status.st_gid, major(status.st_rdev), minor(status.st_rdev), target);
  }
  if (open) closedir(open);
}

/* Whether the device cgroup lets this one be made and opened. */
static void tryDevice(char kind, unsigned major, unsigned minor) {
  const char* path = "/tmp/device";
  unlink(path);
  int made = mknod(path, (kind == 'c' ? S_IFCHR : S_IFBLK) | 0600, makedev(major, minor)) == 0 ? 0 : errno;
  int opened = -1;
  if (made == 0) {
    int descriptor = open(path, O_RDWR | O_NONBLOCK);
    opened = descriptor < 0 ? errno : 0;
    if (descriptor >= 0) close(descriptor);
  }
  unlink(path);
  printf("mknod %c %u:%u %d %d\n", kind, major, minor, made, opened);
}

static void tryWrite(const char* path) {
  int descriptor = open(path, O_WRONLY);
  printf("write %s %d\n", path, descriptor < 0 ? errno : 0);
  if (descriptor >= 0) close(descriptor);
}

static void tryRead(const char* path) {
  int descriptor = open(path, O_RDONLY);
  char byte;
  ssize_t length = descriptor < 0 ? -1 : read(descriptor, &byte, 1);
  printf("read %s %s\n", path, descriptor < 0 ? "closed" : length == 0 ? "empty" : length < 0 ? "refused" : "told");
  if (descriptor >= 0) close(descriptor);
}

static void tellFile(const char* path) {
  char text[512] = "";
  int descriptor = open(path, O_RDONLY);
  ssize_t length = descriptor < 0 ? 0 : read(descriptor, text, sizeof text - 1);
  if (descriptor >= 0) close(descriptor);
  for (ssize_t i = 0; i < length; i++)
    if (text[i] == '\n' || text[i] == '\t' || text[i] == '\0') text[i] = ' ';
  printf("file %s %s\n", path, text);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char* const kStatus[] = {"Cap", "NoNewPrivs", "Seccomp:", "Uid", "Gid", "Groups", "Umask", NULL};
  copyLines("/proc/self/status", "status", kStatus);
  printf("securebits %d\n", prctl(PR_GET_SECUREBITS));
  printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
  for (int which = 0; which < RLIM_NLIMITS; which++) {
    struct rlimit limit;
    if (getrlimit(which, &limit) == 0) printf("rlimit %d %lu %lu\n", which, limit.rlim_cur, limit.rlim_max);
  }
  tellMounts();
  tellDevices("/dev");
  tellDevices("/proc/self/fd");
  const char kKinds[] = {'c', 'c', 'c', 'c', 'c', 'c', 'c', 'b', 'b'};
  const unsigned kNumbers[][2] = {{1, 1}, {1, 3}, {1, 5}, {5, 1}, {10, 200}, {10, 229}, {4, 1}, {8, 0}, {7, 0}};
  for (size_t i = 0; i < sizeof kKinds; i++) tryDevice(kKinds[i], kNumbers[i][0], kNumbers[i][1]);
  const char* const kRead[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/latency_stats", "/proc/interrupts",
                               "/proc/acpi", "/proc/scsi", "/proc/asound", "/sys/firmware", "/sys/devices/virtual/powercap",
                               "/proc/kallsyms", "/proc/kmsg", "/dev/mem"};
  for (size_t i = 0; i < sizeof kRead / sizeof *kRead; i++) tryRead(kRead[i]);
  const char* const kWrite[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/sys/net/ipv4/ip_forward",
                                "/proc/bus", "/proc/irq/default_smp_affinity", "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run",
                                "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/cgroup.procs"};
  for (size_t i = 0; i < sizeof kWrite / sizeof *kWrite; i++) tryWrite(kWrite[i]);
  const char* const kFiles[] = {"/proc/sys/net/ipv4/ping_group_range", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                                "/proc/sys/net/ipv6/conf/all/disable_ipv6", "/proc/sys/net/ipv4/conf/all/rp_filter", "/proc/self/oom_score_adj",
                                "/proc/self/setgroups", "/proc/self/uid_map", "/proc/self/loginuid"};
  for (size_t i = 0; i < sizeof kFiles / sizeof *kFiles; i++) tellFile(kFiles[i]);
  tryArguments();
  tryCalls();
  return 0;
}
