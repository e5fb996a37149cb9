#include "core/amqp/amqp.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/error/error.h"

namespace nightshift::core::amqp {
namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kHeartbeat = 15;

[[noreturn]] void fail(const std::string& what, const std::string& why) {
    throw Error(Code::broker, "RabbitMQ: " + what + ": " + why);
}

std::string text_of(amqp_bytes_t bytes) {
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}
amqp_bytes_t bytes_of(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
}

timeval timeval_of(std::chrono::milliseconds span) {
    return {static_cast<time_t>(span.count() / 1000), static_cast<suseconds_t>(span.count() % 1000 * 1000)};
}

void check(const amqp_rpc_reply_t& reply, const std::string& what) {
    switch (reply.reply_type) {
        case AMQP_RESPONSE_NORMAL:
            return;
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            fail(what, amqp_error_string2(reply.library_error));
        case AMQP_RESPONSE_SERVER_EXCEPTION: {
            if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
                fail(what, text_of(static_cast<const amqp_channel_close_t*>(reply.reply.decoded)->reply_text));
            if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD)
                fail(what, text_of(static_cast<const amqp_connection_close_t*>(reply.reply.decoded)->reply_text));
            fail(what, "the server closed the link");
        }
        default:
            fail(what, "no answer");
    }
}

}  // namespace

struct Link::Impl {
    amqp_connection_state_t state = amqp_new_connection();
    std::uint64_t published = 0;  // sequence number of the last publish on this channel
    bool confirming = false;

    ~Impl() { amqp_destroy_connection(state); }

    void open(const std::string& url, std::chrono::milliseconds timeout);
    void start_confirming();
    void await_confirms(std::uint64_t count, std::chrono::milliseconds limit);
    void closed_by_server(const amqp_frame_t& frame);
};

void Link::Impl::open(const std::string& url, std::chrono::milliseconds timeout) {
    std::string copy = url;
    amqp_connection_info info{};
    if (amqp_parse_url(copy.data(), &info) != AMQP_STATUS_OK)
        throw Error(Code::configuration, "broker.url: expected amqp://user:password@host:port/vhost");
    const auto where = std::string(info.host) + ":" + std::to_string(info.port);
    auto* socket = amqp_tcp_socket_new(state);
    const auto limit = timeval_of(timeout);
    if (const int status = amqp_socket_open_noblock(socket, info.host, info.port, &limit); status != AMQP_STATUS_OK)
        fail("connect to " + where, amqp_error_string2(status));
    const int on = 1;
    ::setsockopt(amqp_get_sockfd(state), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A broker under a memory alarm stops reading: the write then ends with an error instead of never.
    const auto write_limit = timeval_of(std::chrono::seconds(10));
    ::setsockopt(amqp_get_sockfd(state), SOL_SOCKET, SO_SNDTIMEO, &write_limit, sizeof write_limit);
    amqp_set_handshake_timeout(state, &limit);
    amqp_set_rpc_timeout(state, &limit);
    if (info.ssl != 0)
        throw Error(Code::configuration,
                    "broker.url: expected amqp://, got amqps://; run TLS to the broker through a local proxy");
    // Without this capability the broker is silent when our queue is deleted, and we would wait on nothing for ever.
    amqp_table_entry_t wanted{};
    wanted.key = amqp_cstring_bytes("consumer_cancel_notify");
    wanted.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    wanted.value.value.boolean = 1;
    amqp_table_entry_t capabilities{};
    capabilities.key = amqp_cstring_bytes("capabilities");
    capabilities.value.kind = AMQP_FIELD_KIND_TABLE;
    capabilities.value.value.table = {1, &wanted};
    const amqp_table_t properties{1, &capabilities};
    check(amqp_login_with_properties(state, info.vhost, AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE, kHeartbeat,
                                     &properties, AMQP_SASL_METHOD_PLAIN, info.user, info.password),
          "log in at " + where);
    amqp_channel_open(state, kChannel);
    check(amqp_get_rpc_reply(state), "open a channel at " + where);
}

void Link::Impl::start_confirming() {
    if (confirming) return;
    amqp_confirm_select(state, kChannel);
    check(amqp_get_rpc_reply(state), "turn confirms on");
    confirming = true;
}

void Link::Impl::closed_by_server(const amqp_frame_t& frame) {
    if (frame.frame_type != AMQP_FRAME_METHOD) return;
    if (frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD)
        fail("channel", text_of(static_cast<const amqp_channel_close_t*>(frame.payload.method.decoded)->reply_text));
    if (frame.payload.method.id == AMQP_CONNECTION_CLOSE_METHOD)
        fail("connection",
             text_of(static_cast<const amqp_connection_close_t*>(frame.payload.method.decoded)->reply_text));
    if (frame.payload.method.id == AMQP_BASIC_CANCEL_METHOD)
        fail("consumer", "the broker cancelled it: its queue is gone");
}

/// Confirms may come in any order, one by one or up to a number.
void Link::Impl::await_confirms(std::uint64_t count, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    const auto first = published - count + 1;
    std::vector<bool> confirmed(count, false);
    auto open = count;
    const auto confirm = [&](std::uint64_t tag) {
        if (tag < first || tag > published || confirmed[tag - first]) return;
        confirmed[tag - first] = true;
        --open;
    };
    while (open > 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) fail("publish", "the broker did not confirm in time");
        amqp_frame_t frame;
        const auto wait = timeval_of(left);
        const int status = amqp_simple_wait_frame_noblock(state, &frame, &wait);
        if (status == AMQP_STATUS_TIMEOUT) continue;
        if (status != AMQP_STATUS_OK) fail("publish", amqp_error_string2(status));
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        closed_by_server(frame);
        if (frame.payload.method.id == AMQP_BASIC_NACK_METHOD) fail("publish", "the broker refused a message");
        if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD) continue;
        const auto* ack = static_cast<const amqp_basic_ack_t*>(frame.payload.method.decoded);
        for (auto tag = ack->multiple != 0 ? first : ack->delivery_tag; tag <= ack->delivery_tag; ++tag) confirm(tag);
    }
    amqp_maybe_release_buffers(state);
}

Link::Link(const std::string& url, std::chrono::milliseconds timeout) : impl_(std::make_unique<Impl>()) {
    impl_->open(url, timeout);
}
Link::~Link() =
    default;  // no orderly close: the broker gives back what was not acknowledged, and a dead link would only wait

void Link::declare_quorum_queue(const std::string& name) {
    amqp_table_entry_t entry{};
    entry.key = amqp_cstring_bytes("x-queue-type");
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = amqp_cstring_bytes("quorum");
    const amqp_table_t arguments{1, &entry};
    amqp_queue_declare(impl_->state, kChannel, bytes_of(name), 0, 1, 0, 0, arguments);
    check(amqp_get_rpc_reply(impl_->state), "declare the queue " + name);
}

std::size_t Link::depth(const std::string& name) {
    const auto* answer = amqp_queue_declare(impl_->state, kChannel, bytes_of(name), 1, 1, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(impl_->state), "look at the queue " + name);
    const auto count = answer->message_count;
    amqp_maybe_release_buffers(impl_->state);
    return count;
}

void Link::publish(const std::vector<std::pair<std::string, std::string>>& queue_and_body,
                   std::chrono::milliseconds limit) {
    constexpr std::uint64_t kWindow = 512;  // unconfirmed at once: more would let a full socket buffer block us
    impl_->start_confirming();
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    properties.content_type = amqp_cstring_bytes("application/json");
    std::uint64_t open = 0;
    for (const auto& [queue, body] : queue_and_body) {
        const int status = amqp_basic_publish(impl_->state, kChannel, amqp_empty_bytes, bytes_of(queue), 0, 0,
                                              &properties, bytes_of(body));
        if (status != AMQP_STATUS_OK) fail("publish to " + queue, amqp_error_string2(status));
        ++impl_->published;
        if (++open == kWindow) {
            impl_->await_confirms(open, limit);
            open = 0;
        }
    }
    impl_->await_confirms(open, limit);
}

void Link::consume(const std::string& queue, std::uint16_t prefetch) {
    amqp_basic_qos(impl_->state, kChannel, 0, prefetch, 0);
    check(amqp_get_rpc_reply(impl_->state), "set the prefetch");
    amqp_basic_consume(impl_->state, kChannel, bytes_of(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(impl_->state), "consume from " + queue);
}

std::vector<Message> Link::receive(std::size_t most, std::chrono::milliseconds wait) {
    std::vector<Message> messages;
    auto limit = timeval_of(wait);
    while (messages.size() < most) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(impl_->state);
        const auto reply = amqp_consume_message(impl_->state, &envelope, &limit, 0);
        limit = timeval{0, 0};
        if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
            messages.push_back({text_of(envelope.message.body), envelope.delivery_tag, envelope.redelivered != 0});
            amqp_destroy_envelope(&envelope);
            continue;
        }
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_TIMEOUT) break;
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
            reply.library_error == AMQP_STATUS_UNEXPECTED_STATE) {
            amqp_frame_t frame;
            if (amqp_simple_wait_frame_noblock(impl_->state, &frame, &limit) == AMQP_STATUS_OK)
                impl_->closed_by_server(frame);
            continue;
        }
        check(reply, "receive");
    }
    return messages;
}

void Link::acknowledge(std::uint64_t up_to) {
    if (const int status = amqp_basic_ack(impl_->state, kChannel, up_to, 1); status != AMQP_STATUS_OK)
        fail("acknowledge", amqp_error_string2(status));
}

void Link::delete_queue(const std::string& name) {
    amqp_queue_delete(impl_->state, kChannel, bytes_of(name), 0, 0);
    check(amqp_get_rpc_reply(impl_->state), "delete the queue " + name);
}

}  // namespace nightshift::core::amqp
