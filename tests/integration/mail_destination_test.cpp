// Where mails go: a server or a domain in trouble is left alone, what goes there waits without a try, the rest flows;
// and no more a minute than is said, over all workers.
#include <gmock/gmock.h>

#include "domain/deliveries/destinations.h"
#include "tests/kit/mail_fixture.h"

namespace nightshift::tests {
namespace {

namespace deliveries = domain::deliveries;
using core::mail::Outcome;
using core::mail::Stage;
using deliveries::Health;
using testing::HasSubstr;

class MailDestinations : public MailFixture {
protected:
    void TearDown() override {
        other.reset();
        MailFixture::TearDown();
    }
    void mail(const std::string& address) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.organization = kHere});
        deliveries::enqueue(
            tx, {.organization = kHere, .address = address, .event = "report", .subject = address, .text = "Hello"});
        tx.commit();
    }
    void mails(int count, const std::string& domain) {
        for (int i = 0; i < count; ++i) mail("somebody" + std::to_string(i) + "@" + domain);
    }
    /// Nobody works, and nothing is to be worked on now.
    bool quiet() {
        return eventually([&] { return database.number("select count(*) from run where state <> 'scheduled'") == 0; });
    }
    std::int64_t tries() { return database.number("select count(*) from delivery_attempt"); }
    std::int64_t counted(const std::string& where) {
        return database.number("select count(*) from delivery where " + where);
    }
    std::string server() const { return "127.0.0.1:" + std::to_string(sink.port()); }
    std::int64_t failures(const std::string& name) {
        return database.number("select coalesce(sum(failures), 0) from mail_destination where name = '" + name + "'");
    }
    /// Mails to it fail one after another until it is left alone, for an hour.
    template <class Send>
    bool is_left_alone(const std::string& name, Send&& send) {
        const auto is_open = [&] {
            return database.number("select count(*) from mail_destination where open_until is not null and name = '" +
                                   name + "'") == 1;
        };
        for (int i = 0; i < 10 && !is_open(); ++i) {
            const auto before = failures(name);
            send(i);
            if (!eventually([&] { return failures(name) > before || is_open(); })) return false;
        }
        database.one("update mail_destination set open_until = clock_timestamp() + interval '1 hour' where name = '" +
                     name + "'");
        return quiet();
    }
    void open_moment_comes() {
        database.one("update mail_destination set open_until = clock_timestamp() where open_until is not null");
        hurry();
    }

    std::unique_ptr<queue::Engine> other;
};

TEST_F(MailDestinations, that_fail_again_and_again_are_left_alone_while_others_get_theirs) {
    sink.mode("tempfail@full.example");
    start();
    ASSERT_TRUE(is_left_alone("full.example", [&](int i) { mail("first" + std::to_string(i) + "@full.example"); }));
    EXPECT_EQ(failures("full.example"), 5);
    const auto before = tries(), held = counted("attempts = 0");  // of the first ones, where a second try came before
    mails(6, "Full.example");
    mail("bob@fine.example");
    ASSERT_TRUE(eventually([&] { return counted("state = 'sent'") == 1; }));
    ASSERT_TRUE(quiet());
    EXPECT_EQ(tries(), before + 1);
    EXPECT_EQ(counted("attempts = 0 and state = 'intended' and reason like 'full.example is left alone after 5 "
                      "failures: %' and due_at > clock_timestamp() + interval '50 minutes'"),
              6 + held);
    EXPECT_EQ(database.number("select count(*) from run where attempt = 0 and state = 'scheduled'"), 6 + held)
        << "waiting costs no try";
    const auto shown = call(admin, "GET", "/api/v1/deliveries?address=somebody0@Full.example");
    ASSERT_EQ(shown.count(), 1U) << shown;
    EXPECT_THAT(shown.text, HasSubstr("full.example is left alone after 5 failures: "));

    open_moment_comes();
    ASSERT_TRUE(eventually([&] { return failures("full.example") == 6; })) << "one sees whether it is better";
    ASSERT_TRUE(quiet());
    EXPECT_EQ(tries(), before + 2);
    EXPECT_EQ(database.number("select count(*) from mail_destination where name = 'full.example' and open_until - "
                              "failing_since > interval '20 seconds' and probed_by is null"),
              1)
        << "longer than before";
    const auto all = counted("true");

    sink.mode("accept");
    open_moment_comes();
    ASSERT_TRUE(eventually([&] {
        hurry();
        return counted("state = 'sent'") == all;
    }));
    EXPECT_EQ(failures("full.example"), 0);
    EXPECT_EQ(sink.count(), static_cast<std::size_t>(all)) << "and none twice";
    EXPECT_EQ(counted("reason is not null"), 0);
}

TEST_F(MailDestinations, are_asked_by_one_mail_at_a_time_whether_it_is_better) {
    database.one(
        "insert into mail_destination (name, failures, failing_since, open_until, reason) values ('slow.example', 5, "
        "now(), now(), 'not now')");
    sink.mode("slow", 0.3);
    mails(6, "slow.example");
    start();
    ASSERT_TRUE(eventually([&] { return tries() == 1; }));
    ASSERT_TRUE(eventually(
        [&] { return counted("attempts = 0 and reason = 'another mail sees whether slow.example is better'") == 5; }));
    EXPECT_EQ(tries(), 1);
    sink.mode("accept");
    ASSERT_TRUE(eventually([&] {
        if (failures("slow.example") == 0) hurry();
        return counted("state = 'sent'") == 6;
    }));
    EXPECT_EQ(tries(), 6);
}

TEST_F(MailDestinations, one_that_was_to_look_and_is_not_sent_after_all_lets_the_next_look) {
    database.one(
        "insert into mail_destination (name, failures, failing_since, open_until) values ('example.org', 5, now(), "
        "now())");
    tell(jane, "news", "First");
    call(jane, "POST", "/api/v1/notifications/mark-all-read");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "withdrawn");
    EXPECT_EQ(database.number("select count(*) from mail_destination where probed_by is not null"), 0);
    tell(jane, "other", "Second");
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "withdrawn sent");
    EXPECT_EQ(failures("example.org"), 0);
}

TEST_F(MailDestinations, of_which_a_try_says_nothing_are_looked_at_by_the_next) {
    database.one(
        "insert into mail_destination (name, failures, failing_since, open_until) values ('far.example', 5, now(), "
        "now())");
    sink.mode("close");
    mail("a@far.example");
    start();
    ASSERT_TRUE(eventually([&] { return counted("state = 'deferred'") == 1; }));
    EXPECT_EQ(failures("far.example"), 5) << "nobody asked it";
    EXPECT_EQ(failures(server()), 1);
    EXPECT_EQ(database.number("select count(*) from mail_destination where probed_by is not null"), 0);
}

TEST_F(MailDestinations, a_server_that_is_down_makes_all_mail_wait_and_none_lose_a_try_over_two_workers) {
    sink.mode("close");
    start();
    other = std::move(worker);
    start();
    ASSERT_TRUE(is_left_alone(server(), [&](int i) { mail("first@" + std::to_string(i) + ".example"); }));
    const auto before = tries();
    for (int i = 0; i < 10; ++i) mail("then@" + std::to_string(i) + ".example");
    ASSERT_TRUE(
        eventually([&] { return counted("attempts = 0 and reason like '" + server() + " is left alone%'") == 10; }));
    EXPECT_EQ(tries(), before);
    sink.mode("accept");
    open_moment_comes();
    const auto all = counted("true");
    ASSERT_TRUE(eventually([&] {
        hurry();
        return counted("state = 'sent'") == all;
    }));
    EXPECT_EQ(sink.count(), static_cast<std::size_t>(all)) << "and none twice";
}

TEST_F(MailDestinations, get_no_more_a_minute_than_is_said_over_two_workers) {
    configure("collect: 0s, domain_per_minute: 5");
    start();
    other = std::move(worker);
    start();
    mails(4, "busy.example");
    mail("bob@fine.example");
    ASSERT_TRUE(
        eventually([&] { return counted("attempts = 0 and reason = 'no more a minute go to busy.example'") == 3; }));
    ASSERT_TRUE(eventually([&] { return counted("state = 'sent'") == 2; }));
    EXPECT_EQ(database.one("select string_agg(round(extract(epoch from due_at - (select min(created_at) from "
                           "delivery)) / 12)::text, ' ' order by "
                           "due_at) from delivery where state = 'intended'"),
              "1 2 3")
        << "each has its place in the line";
    ASSERT_TRUE(quiet());
    EXPECT_EQ(database.number("select count(*) from run where state = 'scheduled' and attempt <> 0"), 0);
    hurry();
    ASSERT_TRUE(eventually(
        [&] { return counted("state = 'intended' and due_at > clock_timestamp() + interval '30 seconds'") == 3; }));
    EXPECT_EQ(counted("state = 'sent'"), 2) << "who comes early waits on";
    database.one("update mail_destination set next_at = now() - interval '1 minute'");
    hurry();
    ASSERT_TRUE(eventually([&] { return counted("state = 'sent'") == 3; }));
}

TEST_F(MailDestinations, a_server_gets_no_more_a_minute_than_is_said) {
    configure("collect: 0s, server_per_minute: 1");
    start();
    for (int i = 0; i < 3; ++i) mail("a@" + std::to_string(i) + ".example");
    ASSERT_TRUE(eventually(
        [&] { return counted("attempts = 0 and reason = 'no more a minute go to " + server() + "'") == 2; }));
    ASSERT_TRUE(eventually([&] { return counted("state = 'sent'") == 1; }));
}

TEST_F(MailDestinations, that_failed_for_days_end_what_waited_as_long) {
    database.one(
        "insert into mail_destination (name, failures, failing_since, open_until, reason) values "
        "('gone.example', 30, now() - interval '6 days', now() + interval '1 hour', 'not now')");
    mail("old@gone.example");
    database.one("update delivery set created_at = now() - interval '6 days'");
    mail("new@gone.example");
    start();
    ASSERT_TRUE(eventually([&] { return counted("state = 'dead'") == 1; }));
    ASSERT_TRUE(quiet());
    EXPECT_EQ(database.one("select address from delivery where state = 'dead'"), "old@gone.example");
    EXPECT_EQ(counted("state = 'intended'"), 1);
}

TEST_F(MailDestinations, are_judged_by_how_far_a_mail_came) {
    const auto judged = [](Outcome outcome, Stage stage, int code = 0, const std::string& enhanced = {}) {
        const auto verdict =
            deliveries::verdict_of({.outcome = outcome, .stage = stage, .code = code, .enhanced = enhanced});
        return std::pair(verdict.server, verdict.domain);
    };
    const auto fine = Health::fine, failed = Health::failed, unsaid = Health::unsaid;
    EXPECT_EQ(judged(Outcome::accepted, Stage::end, 250), std::pair(fine, fine));
    EXPECT_EQ(judged(Outcome::refused, Stage::recipient, 550, "5.1.1"), std::pair(fine, fine));
    EXPECT_EQ(judged(Outcome::deferred, Stage::recipient, 451, "4.3.0"), std::pair(fine, failed));
    EXPECT_EQ(judged(Outcome::deferred, Stage::recipient, 452, "4.2.2"), std::pair(fine, unsaid))
        << "one mailbox is full";
    EXPECT_EQ(judged(Outcome::deferred, Stage::recipient, 421), std::pair(failed, unsaid));
    EXPECT_EQ(judged(Outcome::deferred, Stage::connect), std::pair(failed, unsaid));
    EXPECT_EQ(judged(Outcome::deferred, Stage::sign_in, 535), std::pair(failed, unsaid));
    EXPECT_EQ(judged(Outcome::unknown, Stage::end), std::pair(failed, unsaid));
}

}  // namespace
}  // namespace nightshift::tests
