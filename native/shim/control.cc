#include "shim/control.h"

#include <cstdlib>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

namespace slipway::shim {

static Control* instance;

void Control::setUp(Loop& loop, void (*handle)(Connection&, const protocol::Request&), void (*deserted)()) {
  instance = this;
  loop_ = &loop;
  handle_ = handle;
  deserted_ = deserted;
  listener_.ready = accept;
}

Status Control::listen(const char* name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, name, sizeof address.sun_path - 1);
  listener_.fd = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener_.fd) return failure("socket");
  unlink(name);
  SLIPWAY_TRY(check(bind(listener_.fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind", name));
  SLIPWAY_TRY(check(::listen(listener_.fd.get(), 64), "listen", name));
  return loop_->add(listener_, EPOLLIN);
}

void Control::accept(Source& source, uint32_t) {
  Fd connection(accept4(source.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ucred peer{};
  socklen_t size = sizeof peer;
  if (!connection || getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0) return;
  static_cast<void>(instance->add(std::move(connection)));
}

Status Control::add(Fd socket) {
  auto* connection = static_cast<Connection*>(calloc(1, sizeof(Connection)));
  if (connection == nullptr) return failure(ENOMEM, "accept");
  connection->source.ready = receive;
  new (&connection->source.fd) Fd(std::move(socket));
  connection->next = connections_;
  connections_ = connection;
  return loop_->add(connection->source, EPOLLIN);
}

void Control::receive(Source& source, uint32_t) {
  auto& connection = reinterpret_cast<Connection&>(source);
  char* into = reinterpret_cast<char*>(&connection.request) + connection.received;
  const ssize_t count = recv(source.fd.get(), into, sizeof connection.request - connection.received, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return instance->drop(connection);
  connection.received += static_cast<size_t>(count);
  if (connection.received < sizeof connection.request) return;
  connection.received = 0;
  const protocol::Request request = connection.request;
  instance->handle_(connection, request);
}

void Control::unlinkConnection(Connection& connection) {
  for (Connection** link = &connections_; *link != nullptr; link = &(*link)->next) {
    if (*link != &connection) continue;
    *link = connection.next;
    return;
  }
}

void Control::drop(Connection& connection) {
  unlinkConnection(connection);
  loop_->remove(connection.source);
  loop_->freeLater(&connection);
  if (connections_ == nullptr) deserted_();
}

Fd Control::take(Connection& connection) {
  unlinkConnection(connection);
  loop_->unwatch(connection.source);
  Fd socket = std::move(connection.source.fd);
  loop_->freeLater(&connection);
  return socket;
}

void Control::send(Connection& connection, protocol::Kind kind, uint32_t sequence, uint32_t value,
                   std::string_view payload) {
  protocol::Answer answer{kind, sequence, value, static_cast<uint32_t>(payload.size())};
  // sendmsg takes pointers without const and writes to none.
  iovec parts[] = {{&answer, sizeof answer}, {const_cast<char*>(payload.data()), payload.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = payload.empty() ? 1 : 2;
  const ssize_t count = sendmsg(connection.source.fd.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  // A daemon that takes no answers is stuck; it learns the state again when it connects anew.
  if (count != static_cast<ssize_t>(sizeof answer + payload.size())) shutdown(connection.source.fd.get(), SHUT_RDWR);
}

void Control::broadcast(protocol::Kind kind, uint32_t value, std::string_view payload) {
  for (Connection* each = connections_; each != nullptr; each = each->next) send(*each, kind, 0, value, payload);
}

bool Control::has(const Connection* connection) const {
  for (const Connection* each = connections_; each != nullptr; each = each->next) {
    if (each == connection) return true;
  }
  return false;
}

} // namespace slipway::shim
