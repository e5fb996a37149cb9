// What was sent is forgotten once it is old; what waits, what nobody knows and what a mail will tell is not.
#include <gtest/gtest.h>

#include "queue/submit.h"
#include "tests/kit/mail_fixture.h"
#include "tests/kit/maintenance_run.h"
#include "workers/maintenance/delivery_cleanup.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
namespace delivery_cleanup = workers::maintenance::delivery_cleanup;

class DeliveryCleanup : public MailFixture {
protected:
    std::string said(json::object args = {}, const std::string& yaml = "") {
        MaintenanceRun run(database.pool(), yaml);
        return json::text(run.result(delivery_cleanup::kind, std::move(args)));
    }
    static std::string counted(bool is_dry, int mails, int webhooks, int notifications) {
        return json::text(json::object{{"dry_run", is_dry},
                                       {"deliveries_days", 90},
                                       {"deliveries", mails},
                                       {"webhooks_days", 30},
                                       {"webhook_deliveries", webhooks},
                                       {"notifications_days", 180},
                                       {"notifications", notifications}});
    }
    /// A mail in words of its own that ended so many days ago, with a try; its id.
    std::string mail(const std::string& state, int days, const std::string& last_try = "failed",
                     const std::string& carried_by = {}) {
        auto id = core::time::uuid7();
        const auto ended = state == "intended" || state == "deferred"
                               ? std::string("null")
                               : "now() - interval '" + std::to_string(days) + " days'";
        database.one(
            "insert into delivery (id, organization_id, channel, user_id, address, event, message, state, attempts, "
            "due_at, created_at, ended_at, carried_by) values ('" +
            id + "', '" + kHere + "', 'email', '" + jane.id + "', 'jane@example.org', 'news', '{}', '" + state +
            "', 1, now(), now() - interval '999 days', " + ended + ", nullif('" + carried_by + "', '')::uuid)");
        database.one("insert into delivery_attempt (delivery_id, number, run_id, state) values ('" + id +
                     "', 1, gen_random_uuid(), '" + last_try + "')");
        return id;
    }
    std::string kept(const std::string& table) {
        return database.one("select coalesce(string_agg(state, ' ' order by state), '') from " + table);
    }
};

TEST_F(DeliveryCleanup, ForgetsMailsThatEndedLongAgoWithTheirTries) {
    for (const auto* state : {"sent", "bounced", "suppressed", "withdrawn", "dead"}) mail(state, 91);
    mail("sent", 89);
    EXPECT_EQ(said({{"dry_run", true}}), counted(true, 5, 0, 0));
    EXPECT_EQ(database.number("select count(*) from delivery"), 6);
    EXPECT_EQ(said(), counted(false, 5, 0, 0));
    EXPECT_EQ(kept("delivery"), "sent");
    EXPECT_EQ(database.number("select count(*) from delivery_attempt"), 1);
    EXPECT_NE(said({{"deliveries_days", 0}}).find(R"("deliveries_days":0,"deliveries":0)"), std::string::npos);
    EXPECT_NE(said({}, "retention: {deliveries_days: 0}").find(R"("deliveries_days":0,"deliveries":0)"),
              std::string::npos);
    said({{"deliveries_days", 88}});
    EXPECT_EQ(kept("delivery"), "");
}

TEST_F(DeliveryCleanup, KeepsWhatWaitsAndWhatNobodyKnows) {
    for (const auto* state : {"intended", "deferred", "unknown"}) mail(state, 900);
    const auto waiting = mail("deferred", 900);
    mail("carried", 900, "failed", waiting);
    EXPECT_EQ(said({{"dry_run", true}}), counted(true, 0, 0, 0));
    EXPECT_EQ(said(), counted(false, 0, 0, 0));
    EXPECT_EQ(kept("delivery"), "carried deferred deferred intended unknown")
        << "what a mail carries that still waits is what it will tell";
    database.one("update delivery set state = 'sent', ended_at = now() - interval '91 days' where id = '" + waiting +
                 "'");
    EXPECT_EQ(said(), counted(false, 2, 0, 0));
    EXPECT_EQ(kept("delivery"), "deferred intended unknown");
}

TEST_F(DeliveryCleanup, ForgetsAMailWithAllItCarriedAndCarriedOn) {
    const auto last = mail("sent", 100), between = mail("carried", 1, "failed", last);
    mail("carried", 1, "failed", between);
    EXPECT_EQ(said(), counted(false, 3, 0, 0));
    EXPECT_EQ(kept("delivery"), "");
}

TEST_F(DeliveryCleanup, LeavesWhatSomebodyDecidesAboutAtThisMoment) {
    const auto id = mail("dead", 100);
    auto lease = database.pool().acquire();
    core::pg::Transaction replay(lease, {});
    replay.execute("update delivery set state = 'intended', ended_at = null where id = '" + id + "'");
    EXPECT_EQ(said(), counted(false, 0, 0, 0));
    replay.commit();
    EXPECT_EQ(said(), counted(false, 0, 0, 0));
    EXPECT_EQ(kept("delivery"), "intended");
}

TEST_F(DeliveryCleanup, ForgetsOldNotificationsButNotWhatAMailTells) {
    tell(jane, "news", "Mailed");
    domain::deliveries::prepare(database.pool(), {});
    tell(jane, "news", "Here alone");
    tell(jane, "news", "Young");
    database.one("update notification set created_at = now() - interval '200 days' where title <> 'Young'");
    EXPECT_EQ(said({{"dry_run", true}}), counted(true, 0, 0, 1));
    EXPECT_EQ(said(), counted(false, 0, 0, 1));
    EXPECT_EQ(database.one("select string_agg(title, ' ' order by title) from notification"), "Mailed Young");
    configure();
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 1U) << "it waited, and says what it was to say";
    EXPECT_EQ(text(sink.mails()[0], "subject"), "Mailed");
    EXPECT_EQ(said(), counted(false, 0, 0, 0)) << "as long as its mail is kept";
    database.one("update delivery set ended_at = now() - interval '91 days'");
    EXPECT_EQ(said(), counted(false, 1, 0, 1));
}

TEST_F(DeliveryCleanup, GoesThroughAllNotificationsThoughMailsKeepManyOfThem) {
    database.one(
        "insert into notification (id, organization_id, user_id, type, title, created_at) select "
        "gen_random_uuid(), '" +
        kHere + "', '" + jane.id +
        "', 'news', i::text, now() - interval '1 year' "
        "from generate_series(1, 5000) i");
    ASSERT_EQ(database.number("select count(*) from delivery"), 5000);
    database.one(
        "update delivery set state = 'unknown', ended_at = now() where notification_id in "
        "(select id from notification order by created_at, id limit 4500)");
    database.one("update delivery set state = 'sent', ended_at = now() - interval '91 days' where state = 'intended'");
    EXPECT_EQ(said(), counted(false, 500, 0, 500));
    EXPECT_EQ(database.number("select count(*) from notification"), 4500);
}

TEST_F(DeliveryCleanup, ForgetsWebhookDeliveriesThatEndedAndNoOthers) {
    const auto hook = core::time::uuid7();
    database.one("insert into webhook (id, organization_id, name, url, events) values ('" + hook + "', '" + kHere +
                 "', 'Board', 'https://example.org', '{}')");
    for (const auto* state : {"delivered", "withdrawn", "dead", "intended", "deferred"})
        database.one(
            "with made as (insert into webhook_delivery (id, organization_id, webhook_id, event, body, state, "
            "created_at, ended_at) values (gen_random_uuid(), '" +
            kHere + "', '" + hook + "', 'x', '{}', '" + state +
            "', now() - interval '99 days', now() - interval '31 days') returning id) "
            "insert into webhook_attempt (delivery_id, number, state) select id, 1, 'failed' from made");
    EXPECT_EQ(said({{"dry_run", true}}), counted(true, 0, 3, 0));
    EXPECT_EQ(said(), counted(false, 0, 3, 0));
    EXPECT_EQ(kept("webhook_delivery"), "deferred intended");
    EXPECT_EQ(database.number("select count(*) from webhook_attempt"), 2);
}

TEST_F(DeliveryCleanup, ForgetsDestinationsOfWhichThereIsNothingToKnow) {
    database.one(
        "insert into mail_destination (name, failures, next_at) values ('quiet.example', 0, now() - interval '2 "
        "days'), ('busy.example', 0, now()), ('bad.example', 1, null)");
    said({{"dry_run", true}});
    EXPECT_EQ(database.number("select count(*) from mail_destination"), 3);
    said();
    EXPECT_EQ(database.one("select string_agg(name, ' ' order by name) from mail_destination"),
              "bad.example busy.example");
}

TEST_F(DeliveryCleanup, OfAnotherOrganizationIsNotOurs) {
    mail("sent", 100);
    database.one("update delivery set organization_id = '" + kThere + "'");
    EXPECT_EQ(said(), counted(false, 0, 0, 0));
}

TEST_F(DeliveryCleanup, ARunWhoseMailIsForgottenSendsNothingAndSaysSo) {
    queue::submit_alone(
        database.pool(),
        {.kind = "notification.deliver", .args = {{"delivery_id", core::time::uuid7()}}, .organization = kHere});
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(database.one("select state || ' ' || attempt from run_archive"), "dead 1");
    EXPECT_EQ(sink.count(), 0U);
}

}  // namespace
}  // namespace nightshift::tests
