// RabbitMQ that stops, hangs, blocks, forgets its queue, or carries what it should not. Fault matrix rows 20 to 26.
#include <csignal>

#include "core/amqp/amqp.h"
#include "queue/transport/transport.h"
#include "tests/fault/fault.h"
#include "tests/kit/fault_proxy.h"
#include "tests/kit/private_servers.h"

namespace nightshift::tests {
namespace {

class BrokerFault : public Fault {
protected:
    ProgramSettings through_proxy() const {
        auto with = settings();
        with.broker_url = proxy.url();
        return with;
    }
    void submit_some() {
        submit_effects(10);
        submit(std::vector<queue::Submission>(10, submission("diagnostic.echo")));
    }
    std::string broker_queue() const { return "nightshift." + queue_name; }

    FaultProxy proxy{broker_url};
};

TEST_F(BrokerFault, away_work_goes_on_and_hints_return_by_themselves) {
    const auto program = start(through_proxy());
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));  // dispatcher and worker
    submit_some();
    proxy.refuse();
    submit_some();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(eventually([&] { return program->told("broker.down") == 2; }));
    EXPECT_NE(program->call("GET", "/ready").body.find("degraded"), std::string::npos);
    submit_some();
    EXPECT_TRUE(all_ended());
    proxy.pass();
    EXPECT_TRUE(eventually([&] { return program->told("broker.up") == 4; })) << program->log();
    submit_some();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
}

TEST_F(BrokerFault, that_answers_nothing_holds_work_up_for_seconds_only) {
    const auto program = start(through_proxy());
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));
    proxy.freeze();
    submit_some();
    EXPECT_TRUE(all_ended(20s)) << program->log();
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0, 15s)) << program->log();
    EXPECT_TRUE(sound());
}

TEST_F(BrokerFault, whose_links_are_cut_again_and_again_loses_nothing) {
    const auto program = start(through_proxy());
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));
    for (int i = 0; i < 5; ++i) {
        submit_some();
        proxy.cut();
    }
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
}

TEST_F(BrokerFault, whose_queue_is_deleted_under_load_gets_it_again) {
    const auto program = start();
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));
    for (int i = 0; i < 2; ++i) {
        submit_some();
        const auto before = program->told("broker.up");
        core::amqp::Link(broker_url).delete_queue(broker_queue());
        submit_some();
        // The worker hears of it; the dispatcher too when it hints before the queue is there again.
        EXPECT_TRUE(eventually([&] {
            const auto up = program->told("broker.up");
            return up > before && up == program->told("broker.down") + 2;  // nobody stays away from it
        })) << program->log();
    }
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_EQ(core::amqp::Link(broker_url).depth(broker_queue()), 0U);
}

TEST_F(BrokerFault, that_carries_strange_messages_makes_nobody_stumble) {
    const auto program = start();
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));
    const auto held = submission("diagnostic.effect", {{"seconds", 1}});
    const auto id = submit({held}).front();
    ASSERT_TRUE(becomes(id, "running"));
    core::amqp::Link stranger(broker_url);
    const auto say = [&](const std::string& body) { stranger.publish({{broker_queue(), body}}); };
    const std::vector<std::string> garbage{"",
                                           "not json",
                                           "[]",
                                           R"({"v":9})",
                                           std::string(5000, '['),
                                           std::string(100U << 10U, 'x'),
                                           std::string("\0\xff\xfe", 3),
                                           R"({"v":1,"queue":")" + queue_name + R"(","runs":[["no-uuid",1]]})"};
    for (const auto& body : garbage) say(body);
    for (const int epoch : {0, 1, 2, 2'000'000'000}) {
        say(queue::encode({queue_name, {{id, epoch}, {id, epoch}}}));                    // of a run that runs
        say(queue::encode({queue_name, {{core::time::uuid7(), epoch}}}));                // of nobody
        say(queue::encode({"another", {{"0190d1a0-0000-7000-8000-000000000001", 0}}}));  // of another queue
    }
    submit_some();
    EXPECT_TRUE(all_ended());
    EXPECT_TRUE(sound());
    EXPECT_GE(program->told("hint.dropped"), 1U);  // once a minute, with a count
    EXPECT_EQ(program->told("broker.down"), 0U) << program->log();
    EXPECT_EQ(database.number("select count(*) from run_archive where epoch <> 1"), 0);
}

/// A broker of its own, to be killed and throttled for real.
class BrokerCrash : public Fault {
protected:
    BrokerCrash() {
        servers.run("rabbitmq_start");
        broker_url = servers.ask("rabbitmq_url");
    }
    PrivateServers servers;
};

TEST_F(BrokerCrash, and_memory_alarm_and_restart_hold_no_work_up) {
    const auto program = start();
    ASSERT_TRUE(eventually([&] { return program->told("broker.up") == 2; }));
    submit_effects(20);
    ASSERT_TRUE(all_ended());
    servers.rabbitmqctl("set_vm_memory_high_watermark absolute 1MB");  // publishers are blocked, consumers are not
    submit_effects(20);
    EXPECT_TRUE(all_ended()) << program->log();
    servers.kill_rabbitmq();
    submit_effects(20);
    EXPECT_TRUE(all_ended()) << program->log();
    const auto before = program->told("broker.up");
    servers.run("rabbitmq_start");
    EXPECT_TRUE(eventually([&] { return program->told("broker.up") >= before + 2; })) << program->log();
    submit_effects(20);
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound());
    program->signal(SIGTERM);
    EXPECT_TRUE(program->exited(0));
}

TEST_F(BrokerCrash, whose_queue_is_of_another_make_is_done_without_until_it_is_deleted) {
    const auto name = "nightshift." + queue_name;
    servers.rabbitmqctl(R"(eval "rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, <<\")" + name +
                        R"(\">>), true, false, [], none, <<\"test\">>).")");
    const auto program = start();
    ASSERT_TRUE(program->ready());
    submit_effects(5);
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_NE(program->log().find("rabbitmqctl delete_queue " + name), std::string::npos) << program->log();
    EXPECT_LE(program->told("broker.down"), 2U) << "told once each, not at every try";
    servers.rabbitmqctl("delete_queue " + name);
    EXPECT_TRUE(eventually([&] { return program->told("broker.up") >= 2; }, 40s)) << program->log();
    submit_effects(5);
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_TRUE(sound());
}

}  // namespace
}  // namespace nightshift::tests
