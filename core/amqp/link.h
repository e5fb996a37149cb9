// The inside of a link: frames come in one by one and are told apart here; nothing of rabbitmq-c's own waiting is used
// where it has no limit.
#pragma once

#include <amqp.h>

#include <deque>
#include <map>

#include "core/amqp/amqp.h"

namespace nightshift::core::amqp {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what, const std::string& why);
void check(const amqp_rpc_reply_t& reply, const std::string& what);
timeval timeval_of(std::chrono::milliseconds span);

inline std::string text_of(amqp_bytes_t bytes) {
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}
inline amqp_bytes_t bytes_of(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
}

constexpr amqp_channel_t kChannel = 1;

struct Link::Impl {
    ~Impl() { amqp_destroy_connection(state); }

    void open(const std::string& url, std::chrono::milliseconds timeout);
    void log_in(const amqp_connection_info& info, const std::string& where);
    void start_confirming();

    /// Waits at most `wait` for a frame and takes it in. False: none came.
    bool take_frame(std::chrono::milliseconds wait);
    /// For what a publish waits for: fails when `until` has passed or the broker blocks us.
    void await_frame(Clock::time_point until);
    void await_writable(Clock::time_point until);
    void publish(const std::string& queue, const std::string& body, Clock::time_point until);

    amqp_connection_state_t state = amqp_new_connection();
    std::shared_ptr<Tally> tally = std::make_shared<Tally>();
    int heartbeat = 0;    // seconds
    std::string blocked;  // why, while we are
    bool confirming = false;
    std::map<std::string, int> consumed;  // how often, by queue
    std::deque<Message> arrived;
    std::size_t open_count = 0, open_bytes = 0;  // published and not confirmed yet

private:
    struct Open {
        std::size_t bytes;
        bool confirmed = false;
    };
    void on_method(const amqp_method_t& method);
    void on_deliver(const amqp_basic_deliver_t& deliver);
    void on_header(std::uint64_t size);
    void on_body(amqp_bytes_t bytes);
    void on_ack(const amqp_basic_ack_t& ack);
    void confirm(std::uint64_t tag);

    std::deque<Open> window_;
    std::uint64_t next_tag_ = 1;  // of the next publish; the window ends before it
    Message incoming_;
    std::uint64_t left_ = 0;  // bytes of it still to come
};

}  // namespace nightshift::core::amqp
