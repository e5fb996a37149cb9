// Both transports keep the same promises: hints arrive, garbage does no harm, a lost link says so.
// queue/transport/transport.h.
#include <gtest/gtest.h>

#include "core/amqp/amqp.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "queue/transport/postgres.h"
#include "queue/transport/transport.h"
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

TEST(HintCodec, refuses_everything_else) {
    for (const std::string& bad :
         std::vector<std::string>{"", "x", "{}", R"({"v":2,"queue":"q","runs":[]})", R"({"v":1,"queue":1,"runs":[]})",
                                  R"({"v":1,"queue":"q","runs":[["x",1]]})",
                                  R"({"v":1,"queue":"q","runs":[["0190d1a0-0000-7000-8000-000000000001",-1]]})",
                                  std::string(2U << 20U, ' ')})
        EXPECT_THROW(queue::decode(bad), core::Error) << bad.substr(0, 40);
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
    core::amqp::Link stranger(url);
    stranger.publish({{"nightshift." + name, "not json"},
                      {"nightshift." + name, R"({"v":9})"},
                      {"nightshift." + name, std::string(2U << 20U, 'x')}});
    publisher->publish(std::vector{hint_of(name, 1)});
    const auto consumer = transport->consumer({name}, 16);
    const auto got = receive(*consumer, 1);
    EXPECT_EQ(got.back().hint.items.size(), 1U);
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
    EXPECT_EQ(publisher->backlog("default"), 1U);
    const auto consumer = transport->consumer({"default"}, 16);
    const auto got = consumer->receive(16, 1000ms);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].hint.items.size(), 3U);
}

}  // namespace
}  // namespace nightshift::tests
