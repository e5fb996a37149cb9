#include "core/http/server.h"

#include "core/error/error.h"
#include "core/http/connection.h"

namespace nightshift::core::http {

void Server::Impl::accept() {
    acceptor.async_accept([this](error_code failure, tcp::socket socket) {
        if (failure == asio::error::operation_aborted) return;
        if (failure) {  // out of descriptors: trying again at once would only burn the processor
            timer_for_accept.expires_after(std::chrono::milliseconds(100));
            timer_for_accept.async_wait([this](error_code stopped) {
                if (!stopped) accept();
            });
            return;
        }
        welcome(std::move(socket));
        accept();
    });
}

/// Above the limit a client is told so; a crowd that doesn't even take that is cut.
void Server::Impl::welcome(tcp::socket socket) {
    constexpr std::size_t kToldAtOnce = 64;
    const auto open = connections.load();
    if (open < settings.connections) return std::make_shared<Connection>(std::move(socket), *this)->start();
    if (open < settings.connections + kToldAtOnce)
        return std::make_shared<Connection>(std::move(socket), *this)->turn_away();
    ++refused;
}

void Server::Impl::say_goodbye() {
    error_code ignored;
    acceptor.close(ignored);
    for (const auto& listener : listeners) listener->close(LiveEnd::going_away);
}

void Server::Impl::tick() {
    moved = std::chrono::steady_clock::now();
    timer.expires_after(std::chrono::milliseconds(500));
    timer.async_wait([this](error_code failure) {
        if (!failure) tick();
    });
}

bool Server::Impl::turn() {
    constexpr int kMost = 16;  // then whoever rests is to have what came so far
    loop.run_one();
    for (int i = 0; i < kMost && loop.poll_one() > 0; ++i) {
    }
    return !loop.stopped();
}

Server::Server(ServerSettings settings, HandleRequest handle)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(handle))) {
    auto& self = *impl_;
    const auto where = self.settings.host + ":" + std::to_string(self.settings.port);
    error_code failure;
    const tcp::endpoint endpoint(asio::ip::make_address(self.settings.host, failure), self.settings.port);
    if (failure) throw Error(Code::configuration, "api.host: expected an address, got \"" + self.settings.host + "\"");
    self.acceptor.open(endpoint.protocol());
    self.acceptor.set_option(tcp::acceptor::reuse_address(true));
    self.acceptor.bind(endpoint, failure);
    if (!failure) self.acceptor.listen(1024, failure);
    if (failure)
        throw Error(Code::configuration,
                    "api.port: can't listen on " + where + ": " + failure.message() + "; choose another port");
    self.accept();
    self.tick();
    self.crew.start();
}

Server::~Server() {
    stop(std::chrono::milliseconds(0));
}

std::uint16_t Server::port() const {
    return impl_->acceptor.local_endpoint().port();
}

ServerState Server::state() const {
    return {.connections = impl_->connections,
            .live = impl_->live,
            .busy = impl_->crew.busy(),
            .queued = impl_->crew.queued(),
            .requests = impl_->requests,
            .refused = impl_->refused};
}

std::chrono::milliseconds Server::stalled() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 impl_->moved.load());
}

void Server::stop(std::chrono::milliseconds limit) {
    auto& self = *impl_;
    if (self.stopping.exchange(true)) return;
    asio::post(self.loop, [&self] { self.say_goodbye(); });
    const auto until = std::chrono::steady_clock::now() + limit;
    while (self.answering + self.live > 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    self.loop.stop();
    self.crew.await_end_of_loop();
    for (const auto& listener : self.listeners) listener->attach(nullptr);  // whoever sends to them does it in vain
}

}  // namespace nightshift::core::http
