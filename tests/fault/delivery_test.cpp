// A mail whose sender is killed at each step: it arrives once, or is known to be unknown; never twice.
#include <csignal>

#include "tests/fault/fault.h"
#include "tests/kit/mail_sink.h"

namespace nightshift::tests {
namespace {

class MailFault : public Fault {
protected:
    MailFault() {
        database.one("insert into organization (id, name) values ('" + kOrganization +
                     "', 'Ours') on conflict do nothing");
        database.one("insert into app_user (id, organization_id, email, first_name, last_name, name) values ('" + jane +
                     "', '" + kOrganization + "', 'jane@example.org', 'Jane', 'D', 'Jane D')");
    }
    ProgramSettings with(const std::string& fail_points = {}) const {
        auto all = settings();
        all.broker_url.clear();
        all.queue = "notifications";
        all.fail_points = fail_points;
        all.environment = {{"NIGHTSHIFT_MAIL__HOST", "127.0.0.1"},
                           {"NIGHTSHIFT_MAIL__PORT", std::to_string(sink.port())},
                           {"NIGHTSHIFT_MAIL__TLS", "none"},
                           {"NIGHTSHIFT_MAIL__COLLECT", "0s"}};
        return all;
    }
    void tell() {
        database.one(
            "insert into notification (id, organization_id, user_id, type, title) values (gen_random_uuid(), '" +
            kOrganization + "', '" + jane + "', 'news', 'Hello')");
    }
    /// Dies at that step, and another process goes on.
    std::string state_after_dying_at(const std::string& step) {
        const auto first = start(with(step + "=kill"));
        EXPECT_TRUE(first->ready()) << first->log();
        tell();
        EXPECT_TRUE(first->ended_by(SIGKILL)) << first->log();
        expire_lease_of(*first);
        const auto second = start(with());
        EXPECT_TRUE(all_ended()) << second->log();
        EXPECT_TRUE(sound());
        return database.one("select state from delivery");
    }

    MailSink sink;
    const std::string jane = "0190d1a0-0000-7000-8000-0000000000a1";
};

TEST_F(MailFault, before_anything_left_the_next_process_sends_it) {
    EXPECT_EQ(state_after_dying_at("delivery.intended"), "sent");
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(MailFault, before_the_last_byte_left_nobody_knows_and_nobody_guesses) {
    EXPECT_EQ(state_after_dying_at("delivery.leaving"), "unknown");
    EXPECT_EQ(sink.count(), 0U);
}

TEST_F(MailFault, after_it_was_taken_it_is_not_sent_again) {
    EXPECT_EQ(state_after_dying_at("delivery.sent"), "unknown");
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(MailFault, of_a_server_that_is_down_waits_until_it_is_back) {
    sink.mode("close");
    const auto program = start(with());
    ASSERT_TRUE(program->ready()) << program->log();
    tell();
    ASSERT_TRUE(eventually([&] { return database.one("select state from delivery") == "deferred"; }));
    sink.mode("accept");
    database.one("update run set ready_at = clock_timestamp() where state = 'scheduled'");
    EXPECT_TRUE(all_ended()) << program->log();
    EXPECT_EQ(database.one("select state || attempts from delivery"), "sent2");
    EXPECT_EQ(sink.count(), 1U);
}

}  // namespace
}  // namespace nightshift::tests
