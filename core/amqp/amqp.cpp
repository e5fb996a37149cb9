#include "core/amqp/amqp.h"

#include <amqp_tcp_socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

#include "core/amqp/link.h"
#include "core/error/error.h"

namespace nightshift::core::amqp {
namespace {

amqp_table_entry_t entry(const char* key, bool value) {
    amqp_table_entry_t made{};
    made.key = amqp_cstring_bytes(key);
    made.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    made.value.value.boolean = value ? 1 : 0;
    return made;
}

std::string consumer_tag(int times, const std::string& queue) {
    return std::to_string(times) + ":" + queue;
}

/// What the server said when it closed the channel or the link, with its code.
std::pair<int, std::string> closing_words(const amqp_rpc_reply_t& reply) {
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto* close = static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
        return {close->reply_code, text_of(close->reply_text)};
    }
    if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto* close = static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
        return {close->reply_code, text_of(close->reply_text)};
    }
    return {0, "the server closed the link"};
}

}  // namespace

void fail(const std::string& what, const std::string& why) {
    throw Error(Code::broker, "RabbitMQ: " + what + ": " + why);
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
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            fail(what, closing_words(reply).second);
        default:
            fail(what, "no answer");
    }
}

void Link::Impl::open(const std::string& url, std::chrono::milliseconds timeout) {
    std::string copy = url;
    amqp_connection_info info{};
    if (amqp_parse_url(copy.data(), &info) != AMQP_STATUS_OK)
        throw Error(Code::configuration, "broker.url: expected amqp://user:password@host:port/vhost");
    if (info.ssl != 0)
        throw Error(Code::configuration,
                    "broker.url: expected amqp://, got amqps://; run TLS to the broker through a local proxy");
    const auto where = std::string(info.host) + ":" + std::to_string(info.port);
    auto* socket = amqp_tcp_socket_new(state);
    const auto limit = timeval_of(timeout);
    if (const int status = amqp_socket_open_noblock(socket, info.host, info.port, &limit); status != AMQP_STATUS_OK)
        fail("connect to " + where, amqp_error_string2(status));
    const int on = 1, buffer = 512 << 10;  // four times what is ever unconfirmed: a write always finds room
    ::setsockopt(amqp_get_sockfd(state), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(amqp_get_sockfd(state), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    amqp_set_handshake_timeout(state, &limit);
    amqp_set_rpc_timeout(state, &limit);
    log_in(info, where);
    amqp_channel_open(state, kChannel);
    check(amqp_get_rpc_reply(state), "open a channel at " + where);
}

void Link::Impl::log_in(const amqp_connection_info& info, const std::string& where) {
    // Without these the broker is silent when our queue is deleted, and when an alarm makes it stop reading from us.
    std::array wanted{entry("consumer_cancel_notify", true), entry("connection.blocked", true)};
    amqp_table_entry_t capabilities{};
    capabilities.key = amqp_cstring_bytes("capabilities");
    capabilities.value.kind = AMQP_FIELD_KIND_TABLE;
    capabilities.value.value.table = {static_cast<int>(wanted.size()), wanted.data()};
    const amqp_table_t properties{1, &capabilities};
    check(amqp_login_with_properties(state, info.vhost, AMQP_DEFAULT_MAX_CHANNELS, AMQP_DEFAULT_FRAME_SIZE, heartbeat,
                                     &properties, AMQP_SASL_METHOD_PLAIN, info.user, info.password),
          "log in at " + where);
}

void Link::Impl::start_confirming() {
    if (confirming) return;
    amqp_confirm_select(state, kChannel);
    check(amqp_get_rpc_reply(state), "turn confirms on");
    confirming = true;
}

Link::Link(const std::string& url, std::chrono::milliseconds timeout, std::chrono::seconds heartbeat)
    : impl_(std::make_unique<Impl>()) {
    impl_->heartbeat = static_cast<int>(heartbeat.count());
    impl_->open(url, timeout);
}
Link::~Link() =
    default;  // no orderly close: the broker gives back what was not acknowledged, and a dead link would only wait

std::string Link::server() const {
    const auto* properties = amqp_get_server_properties(impl_->state);
    const auto property = [&](std::string_view name) -> std::string {
        for (int i = 0; i < properties->num_entries; ++i) {
            const auto& entry = properties->entries[i];
            if (text_of(entry.key) == name && entry.value.kind == AMQP_FIELD_KIND_UTF8)
                return text_of(entry.value.value.bytes);
        }
        return "?";
    };
    return property("product") + " " + property("version");
}

void Link::count_in(std::shared_ptr<Tally> tally) {
    impl_->tally = std::move(tally);
}

void Link::declare_quorum_queue(const std::string& name) {
    constexpr int kPreconditionFailed = 406;
    amqp_table_entry_t type{};
    type.key = amqp_cstring_bytes("x-queue-type");
    type.value.kind = AMQP_FIELD_KIND_UTF8;
    type.value.value.bytes = amqp_cstring_bytes("quorum");
    const amqp_table_t arguments{1, &type};
    amqp_queue_declare(impl_->state, kChannel, bytes_of(name), 0, 1, 0, 0, arguments);
    const auto reply = amqp_get_rpc_reply(impl_->state);
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && closing_words(reply).first == kPreconditionFailed)
        fail("queue " + name,
             "expected a durable quorum queue, got another that exists by this name; delete it "
             "(rabbitmqctl delete_queue " +
                 name + "), it is made anew and loses no run; the server says: " + closing_words(reply).second);
    check(reply, "declare the queue " + name);
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
    const auto until = Clock::now() + limit;
    serve();
    if (!blocked().empty()) fail("publish", blocked());
    impl_->start_confirming();
    for (const auto& [queue, body] : queue_and_body) impl_->publish(queue, body, until);
    while (impl_->open_count > 0) impl_->await_frame(until);
    impl_->tally->blocked = false;
}

void Link::serve() {
    while (impl_->take_frame(std::chrono::milliseconds(0)))
        ;
}

const std::string& Link::blocked() const {
    return impl_->blocked;
}

/// Each time under a tag of its own: RabbitMQ 3.10 fails when a quorum queue's consumer comes back under the one it had
/// while it still holds messages. What it held stays with this channel until it is acknowledged.
void Link::consume(const std::string& queue, std::uint16_t prefetch) {
    auto& times = impl_->consumed[queue];
    if (times > 0) {
        const auto last = consumer_tag(times, queue);
        amqp_basic_cancel(impl_->state, kChannel, bytes_of(last));
        check(amqp_get_rpc_reply(impl_->state), "pause consuming from " + queue);
    }
    const auto tag = consumer_tag(++times, queue);
    amqp_basic_qos(impl_->state, kChannel, 0, prefetch, 0);
    check(amqp_get_rpc_reply(impl_->state), "set the prefetch");
    amqp_basic_consume(impl_->state, kChannel, bytes_of(queue), bytes_of(tag), 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(impl_->state), "consume from " + queue);
}

std::vector<Message> Link::receive(std::size_t most, std::chrono::milliseconds wait) {
    const auto until = Clock::now() + wait;
    auto& arrived = impl_->arrived;
    while (arrived.empty()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (!impl_->take_frame(left) && left.count() <= 0) return {};
    }
    while (arrived.size() < most && impl_->take_frame(std::chrono::milliseconds(0)))
        ;
    std::vector<Message> messages;
    while (!arrived.empty() && messages.size() < most) {
        messages.push_back(std::move(arrived.front()));
        arrived.pop_front();
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
