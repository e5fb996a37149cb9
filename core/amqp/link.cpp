#include "core/amqp/link.h"

#include <poll.h>

#include <algorithm>

#include "core/error/error.h"

namespace nightshift::core::amqp {
namespace {

// Unconfirmed at once, in bytes: far below what the socket's buffer holds (open() sets it), so that a write never waits
// for a broker that has stopped reading.
constexpr std::size_t kWindow = 128UL << 10U;
constexpr std::size_t kFrames = 200;  // what a publish weighs besides its body

template <class Method>
const Method& as(const amqp_method_t& method) {
    return *static_cast<const Method*>(method.decoded);
}

std::chrono::milliseconds left_until(Clock::time_point until) {
    return std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
}

}  // namespace

bool Link::Impl::take_frame(std::chrono::milliseconds wait) {
    amqp_frame_t frame;
    const auto limit = timeval_of(std::max(wait, std::chrono::milliseconds(0)));
    const int status = amqp_simple_wait_frame_noblock(state, &frame, &limit);
    if (status == AMQP_STATUS_TIMEOUT) return false;
    if (status != AMQP_STATUS_OK) fail("connection", amqp_error_string2(status));
    if (frame.frame_type == AMQP_FRAME_METHOD) on_method(frame.payload.method);
    if (frame.frame_type == AMQP_FRAME_HEADER) on_header(frame.payload.properties.body_size);
    if (frame.frame_type == AMQP_FRAME_BODY) on_body(frame.payload.body_fragment);
    amqp_maybe_release_buffers(state);
    return true;
}

void Link::Impl::on_method(const amqp_method_t& method) {
    switch (method.id) {
        case AMQP_CHANNEL_CLOSE_METHOD:
            fail("channel", text_of(as<amqp_channel_close_t>(method).reply_text));
        case AMQP_CONNECTION_CLOSE_METHOD:
            fail("connection", text_of(as<amqp_connection_close_t>(method).reply_text));
        case AMQP_BASIC_CANCEL_METHOD:
            fail("consumer", "the broker cancelled it: its queue is gone");
        case AMQP_CONNECTION_BLOCKED_METHOD:
            blocked = "it takes no messages now: " + text_of(as<amqp_connection_blocked_t>(method).reason);
            tally->blocked = true;
            break;
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            blocked.clear();
            tally->blocked = false;
            break;
        case AMQP_BASIC_NACK_METHOD:
            ++tally->refused;
            fail("publish", "the broker refused a message");
        case AMQP_BASIC_ACK_METHOD:
            return on_ack(as<amqp_basic_ack_t>(method));
        case AMQP_BASIC_DELIVER_METHOD:
            return on_deliver(as<amqp_basic_deliver_t>(method));
        default:
            break;
    }
}

void Link::Impl::on_deliver(const amqp_basic_deliver_t& deliver) {
    const auto consumer = text_of(deliver.consumer_tag);  // "<times>:<queue>"
    incoming_ = {.tag = deliver.delivery_tag,
                 .redelivered = deliver.redelivered != 0,
                 .queue = consumer.substr(consumer.find(':') + 1)};
}

void Link::Impl::on_header(std::uint64_t size) {
    incoming_.size = left_ = size;
    if (size <= kLongestBody) incoming_.body.reserve(size);
    if (left_ == 0) arrived.push_back(std::exchange(incoming_, {}));
}

/// Of a body that is too long nothing is kept: its sender may be anybody.
void Link::Impl::on_body(amqp_bytes_t bytes) {
    if (incoming_.size <= kLongestBody) incoming_.body.append(static_cast<const char*>(bytes.bytes), bytes.len);
    left_ -= std::min<std::uint64_t>(left_, bytes.len);
    if (left_ == 0) arrived.push_back(std::exchange(incoming_, {}));
}

/// Confirms may come in any order, one by one or up to a number.
void Link::Impl::on_ack(const amqp_basic_ack_t& ack) {
    const auto first = next_tag_ - window_.size();
    const auto last = ack.delivery_tag;
    for (auto tag = ack.multiple != 0 ? first : last; tag <= last && tag < next_tag_; ++tag) confirm(tag);
    while (!window_.empty() && window_.front().confirmed) window_.pop_front();
}

void Link::Impl::confirm(std::uint64_t tag) {
    const auto first = next_tag_ - window_.size();
    if (tag < first) return;
    auto& one = window_[tag - first];
    if (std::exchange(one.confirmed, true)) return;
    open_bytes -= one.bytes;
    --open_count;
    ++tally->confirmed;
}

void Link::Impl::await_frame(Clock::time_point until) {
    if (!blocked.empty()) fail("publish", blocked);
    const auto left = left_until(until);
    if (left.count() <= 0) fail("publish", "the broker did not confirm in time");
    take_frame(left);
    if (!blocked.empty()) fail("publish", blocked);
}

/// Only a socket with room is written to; rabbitmq-c would wait for ever in its own way.
void Link::Impl::await_writable(Clock::time_point until) {
    for (;;) {
        const auto left = left_until(until);
        if (left.count() <= 0) fail("publish", "the broker did not read in time");
        pollfd wanted{amqp_get_sockfd(state), POLLIN | POLLOUT, 0};
        if (::poll(&wanted, 1, static_cast<int>(left.count())) <= 0) continue;
        if ((wanted.revents & POLLIN) != 0) {
            take_frame(std::chrono::milliseconds(0));
            if (!blocked.empty()) fail("publish", blocked);
        }
        if ((wanted.revents & POLLOUT) != 0) return;
        if ((wanted.revents & (POLLERR | POLLHUP)) != 0) fail("publish", "the connection is broken");
    }
}

void Link::Impl::publish(const std::string& queue, const std::string& body, Clock::time_point until) {
    if (body.size() > kLongestBody)
        throw Error(Code::validation, "message to " + queue + ": expected at most " + std::to_string(kLongestBody) +
                                          " bytes, got " + std::to_string(body.size()));
    const auto weight = body.size() + kFrames;
    while (open_count > 0 && open_bytes + weight > kWindow) await_frame(until);
    await_writable(until);
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    properties.content_type = amqp_cstring_bytes("application/json");
    const int status =
        amqp_basic_publish(state, kChannel, amqp_empty_bytes, bytes_of(queue), 0, 0, &properties, bytes_of(body));
    if (status != AMQP_STATUS_OK) fail("publish to " + queue, amqp_error_string2(status));
    window_.push_back({weight});
    ++next_tag_;
    ++tally->published;
    ++open_count;
    open_bytes += weight;
}

}  // namespace nightshift::core::amqp
