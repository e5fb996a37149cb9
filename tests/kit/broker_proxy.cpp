#include "tests/kit/broker_proxy.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/kit/connect.h"

namespace nightshift::tests {
namespace {

using namespace std::string_view_literals;

// Method frames of AMQP 0-9-1: type 1, channel, size, class, method, arguments, end.
constexpr auto kPublish = "\x00\x3c\x00\x28"sv;  // class 60, method 40
constexpr auto kBlocked = "\x01\x00\x00\x00\x00\x00\x0f\x00\x0a\x00\x3c\x0alow memory\xce"sv;
constexpr auto kUnblocked = "\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x3d\xce"sv;

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

BrokerProxy::BrokerProxy(const std::string& url) {
    const auto at = url.find('@'), colon = url.find(':', at), slash = url.find('/', colon);
    host_ = url.substr(at + 1, colon - at - 1);
    port_ = url.substr(colon + 1, slash - colon - 1);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("the broker proxy can't listen");
    url_ = url.substr(0, at + 1) + "127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + url.substr(slash);
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

BrokerProxy::~BrokerProxy() {
    thread_.request_stop();
    thread_.join();
    for (const auto& link : links_) {
        ::close(link.client);
        ::close(link.broker);
    }
    ::close(listener_);
}

void BrokerProxy::work(const std::stop_token& stop) {
    constexpr int kLookMilliseconds = 10;
    while (!stop.stop_requested()) {
        std::vector<pollfd> wanted{{listener_, POLLIN, 0}};
        for (auto& link : links_) {
            follow_alarm(link);
            wanted.push_back({link.is_blocked ? -1 : link.client, POLLIN, 0});
            wanted.push_back({link.broker, POLLIN, 0});
        }
        ::poll(wanted.data(), wanted.size(), kLookMilliseconds);
        std::size_t i = 1;
        for (auto link = links_.begin(); link != links_.end(); i += 2) {
            const bool client_speaks = wanted[i].revents != 0, broker_speaks = wanted[i + 1].revents != 0;
            const bool lives = (!client_speaks || from_client(*link)) && (!broker_speaks || from_broker(*link));
            if (lives) {
                ++link;
                continue;
            }
            ::close(link->client);
            ::close(link->broker);
            link = links_.erase(link);
        }
        if (wanted[0].revents != 0) take();
    }
}

void BrokerProxy::take() {
    const int client = ::accept(listener_, nullptr, nullptr), broker = connect_to(host_, port_);
    ++made_;
    if (client >= 0 && broker >= 0) links_.push_back({client, broker});
}

bool BrokerProxy::from_client(Link& link) {
    char buffer[16384];
    const auto count = ::recv(link.client, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    const std::string_view said(buffer, static_cast<std::size_t>(count));
    if (said.find(kPublish) != std::string_view::npos) link.is_publisher = true;
    follow_alarm(link);
    return link.is_blocked || send_all(link.broker, said);  // the broker would have left it unread
}

bool BrokerProxy::from_broker(const Link& link) {
    char buffer[16384];
    const auto count = ::recv(link.broker, buffer, sizeof buffer, 0);
    return count > 0 && send_all(link.client, {buffer, static_cast<std::size_t>(count)});
}

void BrokerProxy::follow_alarm(Link& link) const {
    const auto alarm = alarm_.load();
    if (!link.is_publisher || link.is_blocked == (alarm != Alarm::none)) return;
    link.is_blocked = alarm != Alarm::none;
    if (alarm != Alarm::silent) send_all(link.client, link.is_blocked ? kBlocked : kUnblocked);
}

}  // namespace nightshift::tests
