#include "libcontainer/cgroup/cgroup.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace slipway::cgroup::v2 {

namespace {

/** One rule; -1 stands for any number, type 0 for both kinds. */
struct Rule {
  bool allow;
  uint32_t type;
  int64_t major;
  int64_t minor;
  uint32_t access;
};

constexpr uint32_t everything = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
constexpr uint32_t character = BPF_DEVCG_DEV_CHAR, block = BPF_DEVCG_DEV_BLOCK;

/** What every container may use, whatever the spec denies (OCI runtime spec, "Default Devices"). */
constexpr Rule always[] = {{true, character, -1, -1, BPF_DEVCG_ACC_MKNOD},
                           {true, block, -1, -1, BPF_DEVCG_ACC_MKNOD},
                           {true, character, 1, 3, everything},
                           {true, character, 1, 5, everything},
                           {true, character, 1, 7, everything},
                           {true, character, 1, 8, everything},
                           {true, character, 1, 9, everything},
                           {true, character, 5, 0, everything},
                           {true, character, 136, -1, everything},
                           {true, character, 5, 2, everything}};

Rule readRule(const json::Value& device) {
  const std::string_view type = device["type"].string(), access = device["access"].string();
  Rule rule{device["allow"].boolean(), 0, device["major"].integer(-1), device["minor"].integer(-1), 0};
  if (type == "c" || type == "u") rule.type = character;
  if (type == "b") rule.type = block;
  if (type.empty() || type == "a") rule.major = rule.minor = -1;
  for (const char letter : access.empty() ? std::string_view("rwm") : access) {
    rule.access |= letter == 'r' ? BPF_DEVCG_ACC_READ : letter == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
  }
  return rule;
}

/** Writes a BPF_PROG_TYPE_CGROUP_DEVICE program: the last rule that fits decides, so they are tested from the end. */
class Program {
public:
  static constexpr size_t most_per_rule = 9;

  explicit Program(bpf_insn* code) : code_(code) {
    // r2 = type, r3 = access, r4 = major, r5 = minor
    emit(BPF_LDX | BPF_W | BPF_MEM, 2, 1, 0, 0);
    emit(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
    emit(BPF_LDX | BPF_W | BPF_MEM, 3, 1, 0, 0);
    emit(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);
    emit(BPF_LDX | BPF_W | BPF_MEM, 4, 1, 4, 0);
    emit(BPF_LDX | BPF_W | BPF_MEM, 5, 1, 8, 0);
  }

  void add(const Rule& rule) {
    const size_t start = size_;
    size_t jumps[4], count = 0;
    const auto skipUnless = [&](uint8_t reg, int64_t value) {
      jumps[count++] = size_;
      emit(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, static_cast<int32_t>(value));
    };
    if (rule.type != 0) skipUnless(2, rule.type);
    if (rule.access != everything) {
      // r1 = wanted access outside of what the rule speaks of
      emit(BPF_ALU | BPF_MOV | BPF_X, 1, 3, 0, 0);
      emit(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0,
           static_cast<int32_t>(rule.allow ? ~rule.access & everything : rule.access));
      jumps[count++] = size_;
      emit(static_cast<uint8_t>(BPF_JMP | (rule.allow ? BPF_JNE : BPF_JEQ) | BPF_K), 1, 0, 0, 0);
    }
    if (rule.major >= 0) skipUnless(4, rule.major);
    if (rule.minor >= 0) skipUnless(5, rule.minor);
    end(rule.allow);
    for (size_t i = 0; i < count; i++) code_[jumps[i]].off = static_cast<int16_t>(size_ - jumps[i] - 1);
    // The verifier refuses code that nothing reaches: what would follow a rule for everything is left out.
    complete_ = complete_ || (count == 0 && start < size_);
  }

  void end(bool allow) {
    emit(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, allow ? 1 : 0);
    emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  }

  bool complete() const { return complete_; }

  size_t size() const { return size_; }

private:
  void emit(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value) {
    bpf_insn& instruction = code_[size_++];
    instruction.code = code;
    instruction.dst_reg = to & 15;
    instruction.src_reg = from & 15;
    instruction.off = offset;
    instruction.imm = value;
  }

  bpf_insn* code_;
  size_t size_ = 0;
  bool complete_ = false;
};

int loadProgram(const bpf_insn* code, size_t size) {
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insn_cnt = static_cast<uint32_t>(size);
  attributes.insns = reinterpret_cast<uint64_t>(code);
  attributes.license = reinterpret_cast<uint64_t>("Apache-2.0");
  return static_cast<int>(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}

/** The device programs a cgroup has by now. */
size_t queryPrograms(int folder, uint32_t* ids, uint32_t most) {
  bpf_attr attributes{};
  attributes.query.target_fd = static_cast<uint32_t>(folder);
  attributes.query.attach_type = BPF_CGROUP_DEVICE;
  attributes.query.prog_cnt = most;
  attributes.query.prog_ids = reinterpret_cast<uint64_t>(ids);
  return syscall(SYS_bpf, BPF_PROG_QUERY, &attributes, sizeof attributes) == 0 ? attributes.query.prog_cnt : 0;
}

void detachProgram(int folder, uint32_t id) {
  bpf_attr find{};
  find.prog_id = id;
  const Fd program(syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &find, sizeof find));
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(folder);
  attributes.attach_bpf_fd = static_cast<uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  if (program) syscall(SYS_bpf, BPF_PROG_DETACH, &attributes, sizeof attributes);
}

Status attachProgram(int folder, int program) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(folder);
  attributes.attach_bpf_fd = static_cast<uint32_t>(program);
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  return check(syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes), "attach device program");
}

} // namespace

Status setDevices(Arena& arena, const Place& place, const json::Value& devices) {
  const size_t count = devices.size();
  Rule* rules = arena.array<Rule>(count);
  size_t index = 0;
  for (const json::Value& device : devices) rules[index++] = readRule(device);

  bpf_insn* code = arena.array<bpf_insn>(8 + (count + std::size(always)) * Program::most_per_rule);
  Program program(code);
  for (const Rule& rule : always) program.add(rule);
  while (index > 0 && !program.complete()) program.add(rules[--index]);
  if (!program.complete()) program.end(false);
  const Fd loaded(loadProgram(code, program.size()));
  if (!loaded) return failure("load device program");

  // Programs add up by "and": the new one goes in before the former ones go, so that no moment is without any.
  const Fd folder(openat(place.controller(""), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  uint32_t former[64];
  const size_t former_count = queryPrograms(folder.get(), former, std::size(former));
  SLIPWAY_TRY(attachProgram(folder.get(), loaded.get()));
  for (size_t i = 0; i < former_count; i++) detachProgram(folder.get(), former[i]);
  return success();
}

} // namespace slipway::cgroup::v2
