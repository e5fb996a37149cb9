// Both transports keep the same promises: hints arrive, garbage does no harm, a lost link says so.
// queue/transport/transport.h.
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <gtest/gtest.h>

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "kinds.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "queue/transport/postgres.h"
#include "queue/transport/transport.h"
#include "tests/kit/broker_proxy.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using queue::Hint;

Hint hint_of(const std::string& queue, int runs) {
    Hint hint{queue, {}};
    for (int i = 0; i < runs; ++i) hint.items.push_back({core::time::uuid7(), i});
    return hint;
}

TEST(HintCodec, goes_there_and_back) {
    const auto hint = hint_of("reports", 64);
    const auto again = queue::decode(queue::encode(hint));
    ASSERT_EQ(again.items.size(), 64U);
    EXPECT_EQ(again.queue, "reports");
    EXPECT_EQ(again.items[63].run, hint.items[63].run);
    EXPECT_EQ(again.items[63].epoch, 63);
}

TEST(HintCodec, reads_ids_in_capitals_as_the_database_writes_them) {
    const auto hint = queue::decode(R"({"v":1,"queue":"q","runs":[["0190D1A0-0000-7000-8000-00000000000F",1]]})");
    EXPECT_EQ(hint.items.at(0).run, "0190d1a0-0000-7000-8000-00000000000f");
}

TEST(HintCodec, refuses_everything_else) {
    for (const std::string& bad :
         std::vector<std::string>{"", "x", "{}", R"({"v":2,"queue":"q","runs":[]})", R"({"v":1,"queue":1,"runs":[]})",
                                  R"({"v":1,"queue":"q","runs":[["x",1]]})",
                                  R"({"v":1,"queue":"q","runs":[["0190d1a0-0000-7000-8000-000000000001",-1]]})",
                                  std::string(2U << 20U, ' ')})
        EXPECT_THROW(queue::decode(bad), core::Error) << bad.substr(0, 40);
}

/// Some other program at the same broker: says whatever it likes.
class Stranger {
public:
    explicit Stranger(std::string url) {
        amqp_connection_info info{};
        amqp_parse_url(url.data(), &info);
        auto* socket = amqp_tcp_socket_new(state);
        EXPECT_EQ(amqp_socket_open(socket, info.host, info.port), AMQP_STATUS_OK);
        amqp_login(state, info.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password);
        amqp_channel_open(state, 1);
        amqp_get_rpc_reply(state);
    }
    ~Stranger() { amqp_destroy_connection(state); }
    void publish(const std::string& queue, const std::string& body) {
        amqp_basic_publish(state, 1, amqp_empty_bytes, amqp_cstring_bytes(queue.c_str()), 0, 0, nullptr,
                           {body.size(), const_cast<char*>(body.data())});
    }
    void declare_classic_queue(const std::string& queue) {
        amqp_queue_declare(state, 1, amqp_cstring_bytes(queue.c_str()), 0, 1, 0, 0, amqp_empty_table);
        EXPECT_EQ(amqp_get_rpc_reply(state).reply_type, AMQP_RESPONSE_NORMAL);
    }

private:
    amqp_connection_state_t state = amqp_new_connection();
};

std::string message_of(const std::function<void()>& what) {
    try {
        what();
    } catch (const core::Error& problem) {
        return problem.what();
    }
    return "nothing failed";
}

class Rabbit : public testing::Test {
protected:
    std::string url = test_setting("NIGHTSHIFT_TEST_AMQP_URL"), name = "t" + core::time::uuid7();
    std::unique_ptr<queue::Transport> transport = queue::rabbitmq_transport(url);

    static std::vector<queue::Delivery> receive(queue::Consumer& consumer, std::size_t runs) {
        std::vector<queue::Delivery> all;
        std::size_t count = 0;
        eventually([&] {
            for (auto& one : consumer.receive(16, 200ms)) {
                count += one.hint.items.size();
                all.push_back(std::move(one));
            }
            return count >= runs;
        });
        return all;
    }
};

TEST_F(Rabbit, carries_hints_and_counts_what_nobody_took) {
    const auto publisher = transport->publisher({name});
    publisher->publish(std::vector{hint_of(name, 3), hint_of(name, 2)});
    EXPECT_TRUE(eventually([&] { return publisher->backlog(name) == 2; }));
    const auto consumer = transport->consumer({name}, 16);
    const auto got = receive(*consumer, 5);
    ASSERT_EQ(got.size(), 2U);
    consumer->acknowledge(got.back().tag);
    EXPECT_TRUE(eventually([&] { return publisher->backlog(name) == 0; }));
}

TEST_F(Rabbit, gives_again_what_was_not_acknowledged) {
    const auto publisher = transport->publisher({name});
    publisher->publish(std::vector{hint_of(name, 1)});
    {
        const auto lost = transport->consumer({name}, 16);
        ASSERT_EQ(receive(*lost, 1).size(), 1U);
    }
    const auto consumer = transport->consumer({name}, 16);
    EXPECT_EQ(receive(*consumer, 1).size(), 1U);
}

TEST_F(Rabbit, forgets_garbage_and_goes_on) {
    const auto publisher = transport->publisher({name});
    const auto before = queue::dropped_hints();
    Stranger stranger(url);
    stranger.publish("nightshift." + name, "not json");
    stranger.publish("nightshift." + name, "");
    stranger.publish("nightshift." + name, R"({"v":9})");
    stranger.publish("nightshift." + name, std::string(2U << 20U, 'x'));
    stranger.publish("nightshift." + name, queue::encode(hint_of("another" + name, 1)));
    EXPECT_TRUE(eventually([&] { return publisher->backlog(name) == 5; }));
    publisher->publish(std::vector{hint_of(name, 1)});
    const auto consumer = transport->consumer({name}, 16);
    const auto got = receive(*consumer, 1);
    ASSERT_EQ(got.size(), 6U);
    EXPECT_EQ(got.back().hint.items.size(), 1U);
    const auto after = queue::dropped_hints();
    EXPECT_EQ(after.malformed - before.malformed, 3U);
    EXPECT_EQ(after.oversized - before.oversized, 1U);
    EXPECT_EQ(after.foreign - before.foreign, 1U);
    consumer->acknowledge(got.back().tag);
    EXPECT_TRUE(eventually([&] { return publisher->backlog(name) == 0; }));
}

TEST_F(Rabbit, gives_a_consumer_no_more_than_it_wants_at_once) {
    const auto publisher = transport->publisher({name});
    publisher->publish(std::vector<queue::Hint>(40, hint_of(name, 1)));
    const auto modest = transport->consumer({name}, 1), other = transport->consumer({name}, 16);
    EXPECT_EQ(receive(*modest, 1).size(), 1U);
    EXPECT_TRUE(modest->receive(16, 100ms).empty());
    EXPECT_EQ(receive(*other, 16).size(), 16U);
    std::size_t more = 0;
    EXPECT_TRUE(eventually([&] {
        modest->widen(4);
        more += modest->receive(16, 20ms).size();
        return more >= 3;
    }));
}

TEST_F(Rabbit, a_broker_that_stops_reading_is_an_error_and_no_wait_for_ever) {
    BrokerProxy proxy(url);
    core::amqp::Link link(proxy.url());
    link.declare_quorum_queue("nightshift." + name);
    link.publish({{"nightshift." + name, "first"}});
    proxy.raise_alarm(true);
    const std::vector<std::pair<std::string, std::string>> much(200, {"nightshift." + name, std::string(100000, 'x')});
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(link.publish(much, 500ms), core::Error);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    core::amqp::Link(url).delete_queue("nightshift." + name);
}

TEST_F(Rabbit, a_broker_that_blocks_publishers_is_heard_and_waited_for_on_one_link) {
    BrokerProxy proxy(url);
    const auto through = queue::rabbitmq_transport(proxy.url());
    auto publisher = through->publisher({name});
    publisher->publish(std::vector{hint_of(name, 1)});
    const auto links = proxy.links();
    proxy.raise_alarm();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_NE(message_of([&] { publisher->publish(std::vector{hint_of(name, 1)}); }).find("low memory"),
              std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    publisher.reset();
    for (int i = 0; i < 5; ++i)
        EXPECT_NE(message_of([&] { through->publisher({name}); }).find("low memory"), std::string::npos);
    EXPECT_EQ(proxy.links(), links);
    proxy.end_alarm();
    EXPECT_TRUE(eventually([&] {
        try {
            publisher = through->publisher({name});
            return true;
        } catch (const core::Error&) {
            return false;
        }
    }));
    publisher->publish(std::vector{hint_of(name, 1)});
    core::amqp::Link(url).delete_queue("nightshift." + name);
}

TEST_F(Rabbit, a_publisher_at_rest_keeps_its_link_and_hears_what_the_broker_says) {
    BrokerProxy proxy(url);
    core::amqp::Link link(proxy.url(), 5s, 1s);
    link.declare_quorum_queue("nightshift." + name);
    link.publish({{"nightshift." + name, "first"}});
    const auto until = std::chrono::steady_clock::now() + 4s;  // the broker gives up after two heartbeats of a second
    EXPECT_TRUE(eventually([&] {
        link.serve();
        return std::chrono::steady_clock::now() > until;
    }));
    link.publish({{"nightshift." + name, "second"}});
    proxy.raise_alarm();
    EXPECT_TRUE(eventually([&] {
        link.serve();
        return !link.blocked().empty();
    }));
    core::amqp::Link(url).delete_queue("nightshift." + name);
}

TEST_F(Rabbit, another_queue_of_the_same_name_is_told_with_what_to_do) {
    Stranger(url).declare_classic_queue("nightshift." + name);
    const auto message = message_of([&] { transport->publisher({name}); });
    EXPECT_NE(message.find("rabbitmqctl delete_queue nightshift." + name), std::string::npos) << message;
    core::amqp::Link(url).delete_queue("nightshift." + name);
}

TEST_F(Rabbit, says_so_when_its_queue_is_deleted_and_works_again_when_built_anew) {
    const auto publisher = transport->publisher({name});
    auto consumer = transport->consumer({name}, 16);
    core::amqp::Link(url).delete_queue("nightshift." + name);
    EXPECT_THROW(for (int i = 0; i < 50; ++i) consumer->receive(16, 100ms), core::Error);
    consumer = transport->consumer({name}, 16);
    transport->publisher({name})->publish(std::vector{hint_of(name, 1)});
    EXPECT_EQ(receive(*consumer, 1).size(), 1U);
}

TEST_F(Rabbit, a_broker_that_is_not_there_is_an_error_within_seconds) {
    const auto nowhere = queue::rabbitmq_transport("amqp://guest:guest@127.0.0.1:1/%2f");
    EXPECT_THROW(nowhere->publisher({name}), core::Error);
    EXPECT_THROW(queue::rabbitmq_transport("amqps://guest:guest@127.0.0.1:1/%2f")->publisher({name}), core::Error);
}

TEST_F(Rabbit, an_alarm_of_the_broker_stops_no_run) {
    Database database;
    database.one("insert into queue (name) values ('" + name + "')");
    BrokerProxy proxy(url);
    const auto settings = [&](bool dispatches) {
        return queue::EngineSettings{.database_url = database.url(),
                                     .broker_url = proxy.url(),
                                     .dispatch = dispatches,
                                     .schedule = false,
                                     .work = !dispatches,
                                     .maintain = false,
                                     .queues = {name},
                                     .slots = 2,
                                     .diagnostics = true,
                                     .rehint = 60s,
                                     .program = NIGHTSHIFT_PROGRAM};
    };
    // Two processes, as far as they know: the worker's link is never blocked, it publishes nothing.
    queue::Engine engine(settings(true), generated::kinds), worker(settings(false), generated::kinds);
    worker.start();
    engine.start();
    const auto runs_one = [&] {
        {
            auto lease = database.pool().acquire();
            core::pg::Transaction tx(lease);
            queue::submit(
                tx, queue::Submission{.kind = "diagnostic.echo", .organization = core::time::uuid7(), .queue = name});
            tx.commit();
        }
        engine.wake({name});
        return eventually([&] { return database.number("select count(*) from run") == 0; });
    };
    EXPECT_TRUE(eventually([&] { return engine.state().broker_up && worker.state().broker_up; }));
    EXPECT_TRUE(runs_one());
    proxy.raise_alarm();
    EXPECT_TRUE(runs_one());
    EXPECT_FALSE(engine.state().broker_up);
    EXPECT_TRUE(worker.state().broker_up);
    EXPECT_TRUE(runs_one());
    proxy.end_alarm();
    EXPECT_TRUE(eventually([&] { return engine.state().broker_up; }));
    EXPECT_TRUE(runs_one());
}

TEST(PostgresTransport, offers_what_is_dispatched) {
    Database database;
    const auto transport = queue::postgres_transport(database.pool());
    const auto publisher = transport->publisher({"default"});
    EXPECT_EQ(publisher->backlog("default"), 0U);
    database.one(
        "insert into run (id, organization_id, kind, queue, state, max_attempts, timeout_ms, ready_at, created_at, "
        "dispatched_at, origin) "
        "select gen_random_uuid(), gen_random_uuid(), 'k', 'default', 'dispatched', 1, 1, now(), now(), now(), 'test' "
        "from generate_series(1, 3)");
    EXPECT_EQ(publisher->backlog("default"), 3U) << "in hints of one run, until larger ones were given";
    publisher->publish(std::vector<Hint>{{"default", std::vector<Hint::Item>(2)}});
    EXPECT_EQ(publisher->backlog("default"), 2U);
    const auto consumer = transport->consumer({"default"}, 16);
    const auto got = consumer->receive(16, 1000ms);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].hint.items.size(), 3U);
}

}  // namespace
}  // namespace nightshift::tests
