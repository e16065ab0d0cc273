#include "shim/stdio.h"

#include "libcontainer/console.h"
#include "shim/protocol.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::shim {

/** A shim holds the stdio of one process: events find it here. */
static Stdio* instance;

void Stdio::setUp(Loop& loop, JsonLog* log, void (*when_ended)()) {
  instance = this;
  loop_ = &loop;
  log_ = log;
  ended_ = when_ended;
  input_.ready = inputReady;
  for (Output& output : outputs_) output.source.ready = outputReady;
}

static Status makeNonBlocking(int fd) {
  return check(fcntl(fd, F_SETFL, O_NONBLOCK), "set O_NONBLOCK");
}

static Status openNull(Fd& fd, int flags) {
  fd = Fd(open("/dev/null", flags | O_CLOEXEC));
  return fd ? success() : failure("open", "/dev/null");
}

static Status makePipe(Fd& reader, Fd& writer) {
  int ends[2];
  SLIPWAY_TRY(check(pipe2(ends, O_CLOEXEC), "pipe"));
  reader = Fd(ends[0]);
  writer = Fd(ends[1]);
  return success();
}

Status Stdio::makePipes(uint32_t streams, bool close_after_input, ChildStdio& child) {
  close_after_input_ = close_after_input;
  if ((streams & protocol::in) != 0) {
    SLIPWAY_TRY(makePipe(child.fds[0], input_.fd));
    SLIPWAY_TRY(makeNonBlocking(input_.fd.get()));
  } else {
    SLIPWAY_TRY(openNull(child.fds[0], O_RDONLY));
  }
  for (int i = 0; i < 2; i++) {
    Fd& end = child.fds[i + 1];
    if ((streams & (i == 0 ? protocol::out : protocol::err)) == 0) {
      SLIPWAY_TRY(openNull(end, O_WRONLY));
      continue;
    }
    SLIPWAY_TRY(makePipe(outputs_[i].source.fd, end));
    SLIPWAY_TRY(makeNonBlocking(outputs_[i].source.fd.get()));
  }
  return success();
}

Status Stdio::setTerminal(Fd master) {
  terminal_ = true;
  SLIPWAY_TRY(makeNonBlocking(master.get()));
  input_.fd = Fd(fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
  outputs_[0].source.fd = std::move(master);
  return input_.fd ? success() : failure("dup terminal");
}

void Stdio::begin() {
  for (Output& output : outputs_) {
    if (output.source.fd && !loop_->add(output.source, output.paused ? 0 : static_cast<uint32_t>(EPOLLIN)).ok())
      output.source.fd.reset();
  }
}

bool Stdio::ended() const {
  return !outputs_[0].source.fd && !outputs_[1].source.fd && behind_ == 0;
}

void Stdio::outputReady(Source& source, uint32_t) {
  instance->readOutput(&source == &instance->outputs_[1].source ? 1 : 0);
}

void Stdio::readOutput(int stream) {
  const ssize_t count = read(outputs_[stream].source.fd.get(), chunk_ + header_size, chunk_size);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // A terminal gives EIO when nobody holds its other end.
  if (count <= 0) return closeOutput(stream);
  const auto size = static_cast<uint32_t>(count);
  const unsigned char header[header_size] = {static_cast<unsigned char>(stream + 1),
                                             0,
                                             0,
                                             0,
                                             static_cast<unsigned char>(size >> 24),
                                             static_cast<unsigned char>(size >> 16),
                                             static_cast<unsigned char>(size >> 8),
                                             static_cast<unsigned char>(size)};
  memcpy(chunk_, header, header_size);
  chunk_stream_ = stream;
  chunk_used_ = header_size + size;
  if (log_ != nullptr) {
    log_->write(stream == 0 ? JsonLog::out : JsonLog::err, {reinterpret_cast<char*>(chunk_) + header_size, size});
    log_->flush();
  }
  const uint32_t wanted = stream == 0 ? protocol::out : protocol::err;
  for (Client *client = clients_, *next = nullptr; client != nullptr; client = next) {
    next = client->next;
    if ((client->streams & wanted) == 0) continue;
    client->sent = terminal_ ? header_size : 0;
    sendChunk(*client);
  }
  if (behind_ != 0) setPaused(true);
}

void Stdio::closeOutput(int stream) {
  if (log_ != nullptr) {
    log_->end(stream == 0 ? JsonLog::out : JsonLog::err);
    log_->flush();
  }
  loop_->remove(outputs_[stream].source);
  if (ended()) ended_();
}

void Stdio::setPaused(bool paused) {
  for (Output& output : outputs_) {
    if (output.paused == paused) continue;
    output.paused = paused;
    // Taken out altogether: a hang-up is told even to those who wait for nothing.
    if (!output.source.fd) continue;
    if (paused) {
      loop_->unwatch(output.source);
    } else if (!loop_->add(output.source, EPOLLIN).ok()) {
      output.source.fd.reset();
    }
  }
}

void Stdio::sendChunk(Client& client) {
  const bool was_behind = client.behind;
  while (client.sent < chunk_used_) {
    const ssize_t count =
        send(client.source.fd.get(), chunk_ + client.sent, chunk_used_ - client.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) return drop(client);
    if (count < 0) break;
    client.sent += static_cast<size_t>(count);
  }
  client.behind = client.sent < chunk_used_;
  if (client.behind == was_behind) return;
  watch(client);
  if (client.behind) {
    behind_++;
  } else {
    catchUp();
  }
}

/** One connection fewer to wait for. */
void Stdio::catchUp() {
  behind_--;
  if (behind_ != 0) return;
  setPaused(false);
  if (ended()) ended_();
}

void Stdio::watch(Client& client) {
  uint32_t events = client.behind ? static_cast<uint32_t>(EPOLLOUT) : 0;
  if (client.input_open && input_at_ == input_end_) events |= EPOLLIN;
  if (client.watched) {
    loop_->change(client.source, events);
  } else {
    client.watched = loop_->add(client.source, events).ok();
  }
}

Status Stdio::attach(Fd connection, uint32_t streams) {
  auto* client = static_cast<Client*>(calloc(1, sizeof(Client)));
  if (client == nullptr) return failure(ENOMEM, "attach");
  // A terminal has no stderr of its own.
  if (terminal_ && (streams & protocol::err) != 0) streams |= protocol::out;
  client->source.ready = clientReady;
  new (&client->source.fd) Fd(std::move(connection));
  client->streams = streams;
  client->input_open = true;
  client->next = clients_;
  clients_ = client;
  watch(*client);
  return success();
}

void Stdio::drop(Client& client) {
  if (!client.source.fd) return;
  if (client.input_open) endInput(client);
  for (Client** link = &clients_; *link != nullptr; link = &(*link)->next) {
    if (*link != &client) continue;
    *link = client.next;
    break;
  }
  loop_->remove(client.source);
  const bool was_behind = client.behind;
  loop_->freeLater(&client);
  if (was_behind) catchUp();
}

void Stdio::clientReady(Source& source, uint32_t events) {
  auto& client = reinterpret_cast<Client&>(source);
  if ((events & EPOLLOUT) != 0 && client.behind) instance->sendChunk(client);
  if (!client.source.fd) return;
  if (client.input_open && instance->input_at_ != instance->input_end_) {
    // It has hung up, but what it sent before is still to be taken, once there is room.
    if ((events & (EPOLLHUP | EPOLLERR)) == 0) return;
    instance->loop_->unwatch(client.source);
    client.watched = false;
    return;
  }
  if (client.input_open) instance->readInput(client);
  if (!client.input_open && (events & (EPOLLHUP | EPOLLERR)) != 0) instance->drop(client);
}

void Stdio::readInput(Client& client) {
  const ssize_t count = recv(client.source.fd.get(), input_buffer_, input_size, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    endInput(client);
    watch(client);
    return;
  }
  if ((client.streams & protocol::in) == 0 || !input_.fd) return;
  input_end_ = static_cast<size_t>(count);
  writeInput();
}

void Stdio::endInput(Client& client) {
  client.input_open = false;
  if (!close_after_input_ || (client.streams & protocol::in) == 0) return;
  if (input_waits_) {
    close_input_when_written_ = true;
  } else {
    closeInput();
  }
}

void Stdio::inputReady(Source&, uint32_t) {
  instance->writeInput();
}

/** Writes what was read; while the process does not take it, no connection's input is read. */
void Stdio::writeInput() {
  const bool was_waiting = input_waits_;
  while (input_at_ < input_end_) {
    const ssize_t count = write(input_.fd.get(), input_buffer_ + input_at_, input_end_ - input_at_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {
      // It has closed its stdin: what is sent to it from now on goes nowhere.
      closeInput();
      break;
    }
    input_at_ += static_cast<size_t>(count);
  }
  input_waits_ = input_at_ < input_end_;
  if (!input_waits_) input_at_ = input_end_ = 0;
  if (input_waits_ == was_waiting) return;
  if (input_waits_) {
    if (!loop_->add(input_, EPOLLOUT).ok()) return closeInput();
  } else {
    loop_->unwatch(input_);
    if (close_input_when_written_) closeInput();
  }
  for (Client* client = clients_; client != nullptr; client = client->next) watch(*client);
}

void Stdio::closeInput() {
  loop_->remove(input_);
  input_at_ = input_end_ = 0;
  input_waits_ = false;
  close_input_when_written_ = false;
}

void Stdio::resize(uint16_t rows, uint16_t columns) {
  // The console may have been let go of already.
  if (terminal_ && outputs_[0].source.fd)
    static_cast<void>(console::resize(outputs_[0].source.fd.get(), rows, columns));
}

void Stdio::finish() {
  for (Client *client = clients_, *next = nullptr; client != nullptr; client = next) {
    next = client->next;
    if (client->behind) drop(*client);
  }
  for (int stream = 0; stream < 2; stream++) {
    for (ssize_t budget = 64; outputs_[stream].source.fd && budget > 0; budget--) {
      errno = 0;
      readOutput(stream);
      if (errno == EAGAIN || behind_ != 0) break;
    }
    if (outputs_[stream].source.fd) closeOutput(stream);
  }
}

void Stdio::closeConnections() {
  closeInput();
  while (clients_ != nullptr) {
    Client& client = *clients_;
    // Input that nobody has read would turn the end into a reset.
    for (int i = 0; i < 64 && recv(client.source.fd.get(), input_buffer_, input_size, MSG_DONTWAIT) > 0; i++) {
    }
    client.input_open = false;
    drop(client);
  }
}

} // namespace slipway::shim
