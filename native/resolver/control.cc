#include "resolver/control.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace slipway::resolver {

namespace {

constexpr size_t socket_count = 4;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::vector<std::string> listOf(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

Bytes addressOf(int family, const std::string& text) {
  Bytes out(family == AF_INET ? 4 : 16);
  if (inet_pton(family, text.c_str(), out.data()) != 1) out.clear();
  return out;
}

void say(int fd, const std::string& line) {
  // A peer that is gone is told by its socket.
  [[maybe_unused]] const ssize_t sent = send(fd, line.data(), line.size(), MSG_NOSIGNAL);
}

} // namespace

void Control::listen(Fd listener) {
  const int fd = listener.get();
  loop_.add(std::move(listener), EPOLLIN, [this, fd](uint32_t) { accept(fd); });
}

bool Control::isNeeded() const {
  return !peers_.empty() ||
         std::ranges::any_of(sandboxes_, [](const auto& one) { return one.second.server != nullptr; });
}

void Control::accept(int listener) {
  Fd socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket) return;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  if (credentials.uid != 0) return;
  const int fd = socket.get();
  std::string held;
  for (const auto& [id, sandbox] : sandboxes_)
    if (sandbox.server) held += (held.empty() ? "" : ",") + id;
  say(fd, "holds\t" + held + "\n");
  auto peer = std::make_unique<Peer>();
  peer->fd = fd;
  peer->source = loop_.add(std::move(socket), EPOLLIN, [this, raw = peer.get()](uint32_t) { receive(*raw); });
  peers_[fd] = std::move(peer);
}

void Control::receive(Peer& peer) {
  std::array<char, 65536> buffer;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * socket_count)> attached;
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = attached.data();
  message.msg_controllen = attached.size();
  const ssize_t size = recvmsg(peer.fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    const int fd = peer.fd;
    loop_.remove(peer.source);
    peers_.erase(fd);
    return;
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; at + CMSG_LEN(0) + sizeof(int) <= header->cmsg_len; at += sizeof(int)) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + at, sizeof fd);
      peer.descriptors.emplace_back(fd);
    }
  }
  peer.received.append(buffer.data(), static_cast<size_t>(size));
  size_t start = 0;
  for (size_t end; (end = peer.received.find('\n', start)) != std::string::npos; start = end + 1)
    obey(peer, split(std::string_view(peer.received).substr(start, end - start), '\t'));
  peer.received.erase(0, start);
}

void Control::obey(Peer& peer, const Fields& fields) {
  const std::string& verb = fields[0];
  if (mentioned_ && fields.size() > 1) mentioned_->insert(fields[1]);
  if (verb == "endpoint" && fields.size() == 7)
    setEndpoint(fields);
  else if (verb == "gone" && fields.size() == 2)
    names_.remove(fields[1]);
  else if (verb == "view" && fields.size() == 5)
    setView(fields);
  else if (verb == "drop" && fields.size() == 2)
    sandboxes_.erase(fields[1]);
  else if (verb == "sockets" && fields.size() == 2)
    takeSockets(peer, fields[1]);
  else if (verb == "begin")
    mentioned_.emplace();
  else if (verb == "end")
    forgetUnmentioned();
}

void Control::setEndpoint(const Fields& fields) {
  names_.set(fields[1], {.network = fields[2],
                         .suffix = fields[3],
                         .ipv4 = addressOf(AF_INET, fields[4]),
                         .ipv6 = addressOf(AF_INET6, fields[5]),
                         .names = listOf(fields[6])});
}

void Control::setView(const Fields& fields) {
  View view{.networks = listOf(fields[2]), .upstream = listOf(fields[4])};
  for (const auto& link : listOf(fields[3])) {
    const size_t at = link.find('=');
    if (at != std::string::npos) view.links[link.substr(0, at)] = link.substr(at + 1);
  }
  Sandbox& sandbox = sandboxes_[fields[1]];
  sandbox.view = std::move(view);
  serve(fields[1], sandbox);
}

void Control::takeSockets(Peer& peer, const std::string& id) {
  if (peer.descriptors.size() != socket_count) return peer.descriptors.clear();
  Sandbox& sandbox = sandboxes_[id];
  sandbox.server.reset();
  auto& given = peer.descriptors;
  sandbox.sockets = Sockets{std::move(given[0]), std::move(given[1]), std::move(given[2]), std::move(given[3])};
  given.clear();
  serve(id, sandbox);
  say(peer.fd, "ok\n");
}

void Control::serve(const std::string& id, Sandbox& sandbox) {
  if (sandbox.server || !sandbox.view || !sandbox.sockets) return;
  auto ended = [this, id] { sandboxes_.erase(id); };
  sandbox.server =
      std::make_unique<Server>(loop_, names_, *sandbox.view, std::move(*sandbox.sockets), std::move(ended));
  sandbox.sockets.reset();
}

void Control::forgetUnmentioned() {
  if (!mentioned_) return;
  for (const auto& id : names_.ids())
    if (!mentioned_->contains(id)) names_.remove(id);
  std::erase_if(sandboxes_, [&](const auto& one) { return !mentioned_->contains(one.first); });
  mentioned_.reset();
}

} // namespace slipway::resolver
