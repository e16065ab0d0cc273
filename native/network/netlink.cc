#include "network/netlink.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/rtnetlink.h>
#include <string>
#include <sys/socket.h>

namespace slipway::netlink {

static constexpr size_t align(size_t size) {
  return (size + NLMSG_ALIGNTO - 1) & ~size_t{NLMSG_ALIGNTO - 1};
}

Request::Request(uint16_t type, uint16_t flags) {
  bytes_.reserve(512);
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  append(&header, sizeof header);
}

void Request::append(const void* data, size_t size) {
  const auto* from = static_cast<const uint8_t*>(data);
  bytes_.insert(bytes_.end(), from, from + size);
  bytes_.resize(align(bytes_.size()));
}

void Request::attribute(uint16_t type, const void* data, size_t size) {
  const size_t nested = open(type);
  const auto* from = static_cast<const uint8_t*>(data);
  bytes_.insert(bytes_.end(), from, from + size);
  close(nested);
}

void Request::attribute(uint16_t type, std::string_view text) {
  const std::string terminated(text);
  attribute(type, terminated.c_str(), terminated.size() + 1);
}

void Request::attribute(uint16_t type, uint32_t value) {
  attribute(type, &value, sizeof value);
}

void Request::attribute(uint16_t type, uint8_t value) {
  attribute(type, &value, sizeof value);
}

void Request::attribute(uint16_t type, std::span<const uint8_t> bytes) {
  attribute(type, bytes.data(), bytes.size());
}

size_t Request::open(uint16_t type) {
  const size_t at = bytes_.size();
  const rtattr header{.rta_len = 0, .rta_type = type};
  append(&header, sizeof header);
  return at;
}

void Request::close(size_t nested) {
  // The length leaves out the padding that aligns the next attribute.
  const auto length = static_cast<uint16_t>(bytes_.size() - nested);
  std::memcpy(bytes_.data() + nested, &length, sizeof length);
  bytes_.resize(align(bytes_.size()));
}

std::span<const uint8_t> Request::finish(uint32_t sequence) {
  const auto length = static_cast<uint32_t>(bytes_.size());
  std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
  return bytes_;
}

std::span<const uint8_t> find(std::span<const uint8_t> attributes, uint16_t type) {
  while (attributes.size() >= sizeof(rtattr)) {
    rtattr header;
    std::memcpy(&header, attributes.data(), sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > attributes.size()) break;
    if ((header.rta_type & NLA_TYPE_MASK) == type)
      return attributes.subspan(sizeof header, header.rta_len - sizeof header);
    attributes = attributes.subspan(std::min(align(header.rta_len), attributes.size()));
  }
  return {};
}

Status Socket::open(int protocol) {
  fd_ = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  return fd_ ? success() : failure("open a netlink socket");
}

/** What one datagram of an answer said: whether it was the last one, and with which errno it ended. */
struct Progress {
  bool done = false;
  int error = 0;
};

static Progress readDatagram(std::span<const uint8_t> datagram, uint32_t sequence, const Reader& read) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) return {true, EBADMSG};
    const auto payload = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
    if (header.nlmsg_seq == sequence) {
      if (header.nlmsg_type == NLMSG_DONE) return {true, 0};
      if (header.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        std::memcpy(&error, payload.data(), sizeof error);
        return {true, -error};
      }
      if (read) read(header.nlmsg_type, payload);
    }
    datagram = datagram.subspan(std::min(align(header.nlmsg_len), datagram.size()));
  }
  return {};
}

int Socket::run(Request& request, const Reader& read) {
  const auto message = request.finish(++sequence_);
  if (::send(fd_.get(), message.data(), message.size(), 0) < 0) return errno;
  std::array<uint8_t, 32768> answer;
  for (;;) {
    const ssize_t received = ::recv(fd_.get(), answer.data(), answer.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return errno;
    const auto progress = readDatagram({answer.data(), static_cast<size_t>(received)}, sequence_, read);
    if (progress.done) return progress.error;
  }
}

} // namespace slipway::netlink
