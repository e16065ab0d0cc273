#include "network/filter_watch.h"

#include "network/netlink.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <mutex>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace slipway::nftables {

namespace {

constexpr uint16_t typeOf(unsigned message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

/** Each of these messages names its table in its first attribute. */
constexpr std::array deletions = {typeOf(NFT_MSG_DELTABLE), typeOf(NFT_MSG_DELCHAIN),   typeOf(NFT_MSG_DELRULE),
                                  typeOf(NFT_MSG_DELSET),   typeOf(NFT_MSG_DELSETELEM), typeOf(NFT_MSG_NEWCHAIN)};
constexpr uint16_t table_attribute = NFTA_TABLE_NAME;

std::mutex own_lock;
std::set<uint32_t> own_threads;

bool isOwn(uint32_t thread) {
  const std::lock_guard lock(own_lock);
  return own_threads.contains(thread);
}

std::span<const uint8_t> attributesOf(std::span<const uint8_t> payload) {
  return payload.size() < sizeof(nfgenmsg) ? payload.subspan(payload.size()) : payload.subspan(sizeof(nfgenmsg));
}

/** The thread that made a generation of the rules, numbered as the kernel does outside of all namespaces. */
uint32_t makerOf(std::span<const uint8_t> payload) {
  const auto pid = netlink::find(attributesOf(payload), NFTA_GEN_PROC_PID);
  uint32_t value = 0;
  if (pid.size() == sizeof value) std::memcpy(&value, pid.data(), sizeof value);
  return ntohl(value);
}

bool namesOneOf(std::span<const uint8_t> payload, const std::vector<std::string>& tables) {
  const auto name = netlink::find(attributesOf(payload), table_attribute);
  return std::ranges::any_of(tables, [name](const std::string& table) {
    return name.size() == table.size() + 1 && std::memcmp(name.data(), table.c_str(), name.size()) == 0;
  });
}

} // namespace

void noteOwnThread() {
  thread_local bool noted = false;
  if (noted) return;
  noted = true;
  // The kernel tells who asks: that is the number it will put on this thread's transactions.
  netlink::Socket socket;
  if (!socket.open(NETLINK_NETFILTER).ok()) return;
  netlink::Request request(typeOf(NFT_MSG_GETGEN), NLM_F_ACK);
  request.fixed(nfgenmsg{});
  socket.run(request, [](uint16_t type, std::span<const uint8_t> payload) {
    if (type != typeOf(NFT_MSG_NEWGEN)) return;
    const std::lock_guard lock(own_lock);
    own_threads.insert(makerOf(payload));
  });
}

Status Watch::open(std::vector<std::string> tables, bool new_chains) {
  new_chains_ = new_chains;
  tables_ = std::move(tables);
  stop_ = Fd(::eventfd(0, EFD_CLOEXEC));
  if (!stop_) return failure("open eventfd");
  socket_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!socket_) return failure("open a netfilter netlink socket");
  // A thousand elements change in one transaction at times; what does not fit is told as a change.
  const int room = 4 << 20;
  // Beyond what everybody may have only with rights over the host's network.
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) {
    SLIPWAY_TRY(check(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "enlarge buffer"));
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  const auto* generic = reinterpret_cast<sockaddr*>(&address);
  SLIPWAY_TRY(check(::bind(socket_.get(), generic, sizeof address), "bind netlink socket"));
  // After the bind, which would leave all groups.
  const int group = NFNLGRP_NFTABLES;
  const int joined = ::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
  return check(joined, "listen to the packet filter");
}

void Watch::run(const std::function<void()>& changed) {
  std::array<uint8_t, 32768> datagram;
  bool touched = false;
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{socket_.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0) return;
    const ssize_t size = ::recv(socket_.get(), datagram.data(), datagram.size(), 0);
    if (size < 0 && errno == ENOBUFS) changed();
    std::span<const uint8_t> rest(datagram.data(), size < 0 ? 0 : static_cast<size_t>(size));
    while (rest.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      const auto payload = rest.subspan(sizeof header, header.nlmsg_len - sizeof header);
      const bool tells = std::ranges::find(deletions, header.nlmsg_type) != deletions.end() ||
                         (new_chains_ && header.nlmsg_type == typeOf(NFT_MSG_NEWCHAIN));
      if (tells) touched = touched || namesOneOf(payload, tables_);
      // A transaction's messages end with the one that tells its maker.
      if (header.nlmsg_type == typeOf(NFT_MSG_NEWGEN)) {
        if (touched && !isOwn(makerOf(payload))) changed();
        touched = false;
      }
      rest = rest.subspan(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
    }
  }
}

void Watch::stop() {
  const uint64_t one = 1;
  // It has room for far more than one.
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
}

} // namespace slipway::nftables
