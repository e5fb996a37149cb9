// Report subscriptions: whose they are, when they fire, who is given what, and what becomes of those that can't go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/deliveries/deliveries.h"
#include "domain/reports/subscriptions.h"
#include "tests/kit/api_fixture.h"

namespace nightshift::tests::report_subscriptions {
namespace {

namespace json = core::json;
using testing::HasSubstr;

class ReportSubscriptions : public ApiFixture {
protected:
    const std::string kPath = "/api/v1/report-subscriptions";

    static std::string listed(const std::vector<Person>& people) {
        std::string text;
        for (const auto& one : people) text += (text.empty() ? "\"" : ",\"") + one.id + '"';
        return "[" + text + "]";
    }
    Reply subscribe(const Person& who, const std::vector<Person>& recipients, const std::string& more = {}) {
        return call(
            who, "POST", kPath,
            R"({"name":"Weekly","report_type":"job_summary","parameters":{"period":"last_week"},"cron":"0 7 * * MON","time_zone":"Europe/Paris","recipients":)" +
                listed(recipients) + more + "}");
    }
    domain::reports::Turn turn(const std::string& id) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        auto taken = domain::reports::take_turn(tx, id, kHere, std::chrono::system_clock::now());
        tx.commit();
        return taken;
    }
    std::string told(const Person& who, const std::string& type) {
        return database.one(
            "select coalesce(string_agg(title || ' ' || coalesce(body, ''), '; '), '') from notification where user_id "
            "= '" +
            who.id + "' and type = '" + type + "'");
    }
    void leave(const Person& who) {
        database.one("update membership set is_active = false where user_id = '" + who.id + "'");
    }
    /// Its reports are made, with so many rows.
    void make(const domain::reports::Turn& turn, int rows) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        tx.execute("update report set status = 'ready', file = 'f', sha256 = 'd', rows = " + std::to_string(rows) +
                   " where status = 'pending'");
        domain::reports::deliver(tx, kHere, turn.reports);
        tx.commit();
    }
    std::string status(const std::string& id) { return call(admin, "GET", kPath + "/" + id).at("status"); }
};

TEST_F(ReportSubscriptions, FireByAScheduleOfTheEngine) {
    const auto made = subscribe(admin, {admin});
    ASSERT_EQ(made.status, 201) << made;
    const auto id = made.at("id");
    EXPECT_THAT(made.at("next_run_at"), HasSubstr("T0")) << made;
    const auto schedule = [&](const std::string& what) {
        return database.one("select " + what + " from schedule where args ->> 'subscription_id' = '" + id + "'");
    };
    EXPECT_EQ(schedule("kind || ' ' || cron || ' ' || time_zone || ' ' || is_paused"),
              "report.subscription 0 7 * * MON Europe/Paris false");
    const auto before = schedule("next_fire_at");
    EXPECT_EQ(call(admin, "PATCH", kPath + "/" + id, R"({"cron":"30 6 * * *","status":"paused"})").status, 200);
    EXPECT_EQ(schedule("cron || ' ' || is_paused"), "30 6 * * * true");
    EXPECT_NE(schedule("next_fire_at"), before);
    EXPECT_EQ(call(admin, "GET", kPath + "/" + id).at("next_run_at"), "null");
    EXPECT_EQ(call(admin, "GET", kPath + "/" + id + "/preview").count(), 5U);
    EXPECT_EQ(call(admin, "POST", kPath + "/" + id + "/send").status, 409) << "it is paused";
    EXPECT_EQ(call(admin, "PATCH", kPath + "/" + id, R"({"status":"active"})").status, 200);
    EXPECT_EQ(call(admin, "POST", kPath + "/" + id + "/send").status, 202);
    EXPECT_EQ(database.number("select count(*) from run where kind = 'report.subscription'"), 1);
    EXPECT_EQ(call(admin, "DELETE", kPath + "/" + id).status, 204);
    EXPECT_EQ(database.number("select count(*) from schedule"), 0);
    EXPECT_EQ(turn(id).problem, "it is gone");
}

TEST_F(ReportSubscriptions, AreRefusedByFieldWhenTheyCannotWork) {
    EXPECT_EQ(subscribe(admin, {admin}, R"(,"export_format":"DOC")").fields(), std::set<std::string>{"export_format"});
    const auto refused =
        call(admin, "POST", kPath,
             R"({"name":"x","report_type":"job_summary","cron":"0 25 * * *","time_zone":"Europe/Pari"})");
    EXPECT_EQ(refused.status, 400) << refused;
    EXPECT_EQ(refused.fields(), (std::set<std::string>{"cron", "time_zone"}));
    EXPECT_EQ(call(admin, "POST", kPath, R"({"name":"x","report_type":"job_sumary","cron":"@daily"})").fields(),
              std::set<std::string>{"report_type"});
    EXPECT_EQ(call(admin, "POST", kPath,
                   R"({"name":"x","report_type":"workload","cron":"@daily","parameters":{"period":"today"}})")
                  .fields(),
              std::set<std::string>{"parameters.period"});
    EXPECT_EQ(subscribe(admin, {admin}, R"(,"channel":"webhook")").fields(), std::set<std::string>{"webhook_url"});
    EXPECT_EQ(subscribe(admin, {person("admin", false)}).fields(), std::set<std::string>{"recipients"})
        << "of another organization";
}

TEST_F(ReportSubscriptions, AreForWhomTheirOwnerMaySendTo) {
    const auto member = person("member"), manager = person("manager"), other = person("member");
    EXPECT_EQ(subscribe(member, {member}).status, 201);
    EXPECT_EQ(subscribe(member, {other}).status, 403);
    EXPECT_EQ(subscribe(manager, {other}).status, 403);
    const auto led = department("Led", R"(,"manager_user_id":")" + manager.id + '"').at("id");
    database.one("update app_user set department_id = '" + led + "' where id = '" + other.id + "'");
    EXPECT_EQ(subscribe(manager, {other, manager}).status, 201);
    EXPECT_EQ(subscribe(person("viewer"), {other}).status, 403);
    EXPECT_EQ(call(member, "GET", kPath).count(), 1U) << "their own";
    EXPECT_EQ(call(admin, "GET", kPath).count(), 2U);
    EXPECT_EQ(call(member, "POST", kPath, R"({"name":"x","report_type":"audit","cron":"@daily"})").status, 403);
}

TEST_F(ReportSubscriptions, GiveEachRecipientWhatThatPersonMaySee) {
    const auto member = person("member"), other = person("admin");
    const auto id = subscribe(admin, {admin, other, member}).at("id");
    const auto taken = turn(id);
    ASSERT_EQ(taken.reports.size(), 3U) << taken.problem;
    EXPECT_EQ(database.number("select count(distinct run_id) from report"), 2) << "the administrators see the same";
    EXPECT_EQ(database.one("select requested_by from report where viewer_user_id = '" + member.id + "'"),
              "user:" + member.id);
    EXPECT_EQ(
        database.one("select parameters ->> 'time_zone' || ' ' || (parameters ? 'start_date') from report limit 1"),
        "Europe/Paris true");
    make(taken, 3);
    for (const auto* who : std::vector<const Person*>{&admin, &member, &other})
        EXPECT_THAT(told(*who, "report_ready"), HasSubstr("Weekly")) << who->email;
    EXPECT_THAT(told(member, "report_ready"), HasSubstr("/download"));
    EXPECT_EQ(call(member, "GET", "/api/v1/reports").count(), 1U) << "their own report";
}

TEST_F(ReportSubscriptions, GoByMailToWhoWantsMailAndElseAreToldOfHere) {
    domain::deliveries::MailSettings mail;
    mail.server.host = "127.0.0.1", mail.digest_at = "08:00";
    domain::deliveries::prepare(database.pool(), mail);
    const auto other = person("admin");
    call(other, "PUT", "/api/v1/notifications/preferences",
         R"({"preferences":[{"event":"*","channel":"email","mode":"off"}]})");
    make(turn(subscribe(admin, {admin, other}, R"(,"channel":"email")").at("id")), 3);
    EXPECT_EQ(
        database.one(
            "select string_agg(user_id::text, ',') from delivery where event = 'report_ready' and message -> 'reports' "
            "= (select jsonb_build_array(id) from report where viewer_user_id = user_id)"),
        admin.id);
    EXPECT_EQ(told(admin, "report_ready"), "") << "it is in the mail";
    EXPECT_THAT(told(other, "report_ready"), HasSubstr("/download"));
}

TEST_F(ReportSubscriptions, TakeTheirTurnsWithoutBeingChangedByThem) {
    const auto made = subscribe(admin, {admin});
    const auto changes = [&] {
        return database.number("select count(*) from audit_log where subject = 'report_subscription'");
    };
    const auto before = changes();
    make(turn(made.at("id")), 1);
    const auto after = call(admin, "GET", kPath + "/" + made.at("id"));
    EXPECT_EQ(after.at("version"), made.at("version"));
    EXPECT_NE(after.at("last_run_at"), "null");
    EXPECT_EQ(changes(), before);
}

TEST_F(ReportSubscriptions, GiveNothingToWhoMayNotSeeItAndTellTheOwnerOnce) {
    const auto left = person("member"), member = person("member");
    const auto id = subscribe(admin, {left, member}).at("id");
    database.one("update membership set role_id = (select id from role where organization_id = '" + kHere +
                 "' and name = 'technician') where user_id = '" + member.id + "'");
    leave(left);
    for (int i = 0; i < 3; ++i) {
        const auto taken = turn(id);
        EXPECT_TRUE(taken.reports.empty());
        EXPECT_EQ(taken.refused, 2U);
    }
    EXPECT_EQ(
        database.number("select count(*) from notification where type = 'report_subscription_refused' and user_id = '" +
                        admin.id + "'"),
        2);
    EXPECT_EQ(database.number("select count(*) from report"), 0);
    database.one("update membership set is_active = true where user_id = '" + left.id + "'");
    EXPECT_EQ(turn(id).reports.size(), 1U);
    leave(left);
    turn(id);
    EXPECT_EQ(database.number("select count(*) from notification where type = 'report_subscription_refused'"), 3)
        << "lost again, told again";
}

TEST_F(ReportSubscriptions, WhoseOwnerLostTheRightAreBrokenAndEverybodyConcernedIsToldOnce) {
    const auto owner = person("member");
    const auto id = subscribe(owner, {owner}).at("id");
    database.one("update membership set role_id = (select id from role where organization_id = '" + kHere +
                 "' and name = 'technician') where user_id = '" + owner.id + "'");
    for (int i = 0; i < 2; ++i) EXPECT_THAT(turn(id).problem, HasSubstr("owner"));
    EXPECT_EQ(status(id), "broken");
    EXPECT_EQ(database.one("select is_paused from schedule"), "t");
    EXPECT_THAT(told(owner, "report_subscription_broken"), HasSubstr("Weekly"));
    EXPECT_EQ(
        database.number("select count(*) from notification where type = 'report_subscription_broken' and user_id = '" +
                        admin.id + "'"),
        1);
    EXPECT_EQ(database.number("select count(*) from report"), 0);
}

TEST_F(ReportSubscriptions, OfADepartmentThatIsGoneAreBrokenAndSayWhy) {
    const auto gone = department("Gone").at("id");
    const auto id = call(admin, "POST", kPath,
                         R"({"name":"x","report_type":"job_summary","cron":"@daily","parameters":{"department_id":")" +
                             gone + "\"}}")
                        .at("id");
    EXPECT_EQ(call(admin, "DELETE", kDepartments + "/" + gone).status, 204);
    EXPECT_THAT(turn(id).problem, HasSubstr("department_id"));
    EXPECT_EQ(status(id), "broken");
    EXPECT_EQ(call(admin, "PATCH", kPath + "/" + id, R"({"parameters":{},"status":"active"})").status, 200);
    EXPECT_EQ(call(admin, "GET", kPath + "/" + id).at("problem"), "null");
    EXPECT_EQ(turn(id).reports.size(), 1U);
}

TEST_F(ReportSubscriptions, SayNothingOfNothingWhereThatIsWanted) {
    const auto id = subscribe(admin, {admin}, R"(,"on_empty":"skip")").at("id");
    make(turn(id), 0);
    EXPECT_EQ(told(admin, "report_ready"), "");
    make(turn(id), 1);
    EXPECT_NE(told(admin, "report_ready"), "");
}

TEST_F(ReportSubscriptions, CallAnAddressWhereTheyAreToDoSo) {
    const auto id =
        subscribe(admin, {admin}, R"(,"channel":"webhook","webhook_url":"https://example.org/hook")").at("id");
    make(turn(id), 1);
    EXPECT_EQ(database.one(
                  "select args ->> 'url' || ' ' || (args -> 'body' ->> 'name') from run where kind = 'http.request'"),
              "https://example.org/hook Weekly");
    EXPECT_EQ(told(admin, "report_ready"), "");
}

TEST_F(ReportSubscriptions, ThatFailAreTheirOwnersAffairAndRestAfterFive) {
    const auto id = subscribe(admin, {admin}).at("id");
    for (int i = 1; i <= 5; ++i) {
        turn(id);
        database.one("update report set status = 'failed', error = 'disk full' where status = 'pending'");
        EXPECT_EQ(database.number("select count(*) from notification where type = 'report_failed'"), i < 5 ? 1 : 2)
            << i;
    }
    EXPECT_THAT(told(admin, "report_failed"), HasSubstr("disk full"));
    EXPECT_EQ(status(id), "broken");
}

}  // namespace
}  // namespace nightshift::tests::report_subscriptions
