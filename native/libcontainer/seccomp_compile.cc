#include "libcontainer/file.h"
#include "libcontainer/seccomp.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <unistd.h>

namespace slipway::seccomp {

namespace {

/** Owns a libseccomp context. */
class Context {
public:
  explicit Context(uint32_t action) : context_(seccomp_init(action)) {}

  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ~Context() {
    if (context_ != nullptr) seccomp_release(context_);
  }

  scmp_filter_ctx get() const { return context_; }

private:
  scmp_filter_ctx context_;
};

template <typename T> struct Name {
  std::string_view name;
  T value;
};

constexpr Name<uint32_t> architectures[] = {{"SCMP_ARCH_X86", SCMP_ARCH_X86},
                                            {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
                                            {"SCMP_ARCH_X32", SCMP_ARCH_X32},
                                            {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
                                            {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
                                            {"SCMP_ARCH_MIPS", SCMP_ARCH_MIPS},
                                            {"SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64},
                                            {"SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32},
                                            {"SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL},
                                            {"SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64},
                                            {"SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32},
                                            {"SCMP_ARCH_PPC", SCMP_ARCH_PPC},
                                            {"SCMP_ARCH_PPC64", SCMP_ARCH_PPC64},
                                            {"SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE},
                                            {"SCMP_ARCH_S390", SCMP_ARCH_S390},
                                            {"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
                                            {"SCMP_ARCH_PARISC", SCMP_ARCH_PARISC},
                                            {"SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64},
                                            {"SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64}};

constexpr Name<scmp_compare> operators[] = {{"SCMP_CMP_NE", SCMP_CMP_NE},
                                            {"SCMP_CMP_LT", SCMP_CMP_LT},
                                            {"SCMP_CMP_LE", SCMP_CMP_LE},
                                            {"SCMP_CMP_EQ", SCMP_CMP_EQ},
                                            {"SCMP_CMP_GE", SCMP_CMP_GE},
                                            {"SCMP_CMP_GT", SCMP_CMP_GT},
                                            {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};

constexpr Name<uint32_t> flags[] = {{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
                                    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
                                    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW}};

template <typename T, size_t size> bool find(const Name<T> (&table)[size], std::string_view name, T& value) {
  for (const Name<T>& row : table) {
    if (row.name != name) continue;
    value = row.value;
    return true;
  }
  return false;
}

Status readAction(std::string_view name, uint64_t number, uint32_t& action) {
  const auto low = static_cast<uint32_t>(number & 0xffff);
  if (name == "SCMP_ACT_NOTIFY") return failure(ENOTSUP, "read seccomp action", name);
  if (name == "SCMP_ACT_ALLOW") return action = SCMP_ACT_ALLOW, success();
  if (name == "SCMP_ACT_LOG") return action = SCMP_ACT_LOG, success();
  if (name == "SCMP_ACT_TRAP") return action = SCMP_ACT_TRAP, success();
  if (name == "SCMP_ACT_KILL" || name == "SCMP_ACT_KILL_THREAD") return action = SCMP_ACT_KILL, success();
  if (name == "SCMP_ACT_KILL_PROCESS") return action = SCMP_ACT_KILL_PROCESS, success();
  if (name == "SCMP_ACT_ERRNO") return action = SCMP_ACT_ERRNO(low), success();
  if (name == "SCMP_ACT_TRACE") return action = SCMP_ACT_TRACE(low), success();
  return failure(EINVAL, "read seccomp action", name);
}

Status addArchitectures(const Context& context, const json::Value& list) {
  for (const json::Value& each : list) {
    uint32_t architecture = 0;
    if (!find(architectures, each.string(), architecture))
      return failure(EINVAL, "read seccomp architecture", each.string());
    const int result = seccomp_arch_add(context.get(), architecture);
    if (result < 0 && result != -EEXIST) return failure(-result, "add seccomp architecture", each.string());
  }
  return success();
}

Status readComparison(const json::Value& argument, scmp_arg_cmp& comparison) {
  scmp_compare op{};
  if (!find(operators, argument["op"].string(), op))
    return failure(EINVAL, "read seccomp operator", argument["op"].string());
  comparison.arg = static_cast<unsigned>(argument["index"].natural());
  comparison.op = op;
  comparison.datum_a = argument["value"].natural();
  comparison.datum_b = argument["valueTwo"].natural();
  return comparison.arg < 6 ? success() : failure(EINVAL, "read seccomp argument");
}

Status addRule(const Context& context, uint32_t action, int number, const json::Value& arguments,
               std::string_view name) {
  scmp_arg_cmp comparisons[6];
  unsigned count = 0, seen = 0;
  bool repeated = false;
  for (const json::Value& argument : arguments) {
    if (count == 6) return failure(E2BIG, "read seccomp arguments", name);
    SLIPWAY_TRY(readComparison(argument, comparisons[count]));
    repeated = repeated || (seen & 1U << comparisons[count].arg) != 0;
    seen |= 1U << comparisons[count++].arg;
  }
  // One rule compares an argument once: more comparisons of the same one are taken as "or", as others do.
  if (!repeated) {
    const int result = seccomp_rule_add_array(context.get(), action, number, count, comparisons);
    return result < 0 && result != -EEXIST ? failure(-result, "add seccomp rule", name) : success();
  }
  for (unsigned i = 0; i < count; i++) {
    const int result = seccomp_rule_add_array(context.get(), action, number, 1, &comparisons[i]);
    if (result < 0 && result != -EEXIST) return failure(-result, "add seccomp rule", name);
  }
  return success();
}

Status addRules(const Context& context, const json::Value& rules, uint32_t otherwise, uint64_t default_errno) {
  for (const json::Value& rule : rules) {
    uint32_t action = 0;
    SLIPWAY_TRY(readAction(rule["action"].string(), rule["errnoRet"].natural(default_errno), action));
    // libseccomp refuses a rule that says what happens anyway.
    if (action == otherwise) continue;
    for (const json::Value& name : rule["names"]) {
      const int number = seccomp_syscall_resolve_name(name.c_str());
      if (number == __NR_SCMP_ERROR) continue;
      SLIPWAY_TRY(addRule(context, action, number, rule["args"], name.string()));
    }
  }
  return success();
}

Status writeFlags(const json::Value& profile, int fd) {
  const json::Value& list = profile["flags"];
  // Without this a filter also turns on the costly speculation control, for every program.
  uint32_t all = list ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  for (const json::Value& each : list) {
    uint32_t flag = 0;
    if (!find(flags, each.string(), flag)) return failure(EINVAL, "read seccomp flag", each.string());
    all |= flag;
  }
  return file::writeAll(fd, {reinterpret_cast<const char*>(&all), sizeof all}, "write seccomp filter");
}

} // namespace

Status compile(const json::Value& profile, int fd) {
  const uint64_t default_errno = profile["defaultErrnoRet"].natural(EPERM);
  uint32_t otherwise = 0;
  SLIPWAY_TRY(readAction(profile["defaultAction"].string(), default_errno, otherwise));
  const Context context(otherwise);
  if (context.get() == nullptr) return failure(EINVAL, "make seccomp filter");
  SLIPWAY_TRY(addArchitectures(context, profile["architectures"]));
  // no_new_privs is the process's own matter; a binary tree makes each system call cheaper than a list.
  seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_NNP, 0);
  seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  SLIPWAY_TRY(addRules(context, profile["syscalls"], otherwise, default_errno));
  SLIPWAY_TRY(writeFlags(profile, fd));
  const int result = seccomp_export_bpf(context.get(), fd);
  return result < 0 ? failure(-result, "compile seccomp filter") : success();
}

} // namespace slipway::seccomp
