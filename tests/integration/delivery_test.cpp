// From what happened to the mail that tells it: over a real socket, with a worker that really sends.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/deliveries/ledger.h"
#include "domain/notifications/sql.h"
#include "queue/kinds.h"
#include "tests/kit/mail_fixture.h"

namespace nightshift::tests {
namespace {

using core::Error;
namespace json = core::json;

class Deliveries : public MailFixture {
protected:
    std::string enqueue(const domain::deliveries::Message& message, bool commits = true) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.organization = kHere});
        auto id = domain::deliveries::enqueue(tx, message);
        if (commits) tx.commit();
        return id;
    }
    std::string only_delivery() { return database.one("select id from delivery"); }
    void want(const Person& who, const std::string& event, const std::string& channel, const std::string& mode) {
        const auto said = call(who, "PUT", "/api/v1/notifications/preferences",
                               R"({"preferences":[{"event":")" + event + R"(","channel":")" + channel +
                                   R"(","mode":")" + mode + R"("}]})");
        ASSERT_EQ(said.status, 200) << said;
    }
};

TEST_F(Deliveries, a_job_given_to_somebody_is_told_by_mail_and_not_to_who_did_it) {
    configure_jobs();
    const auto mine = job(admin, R"(,"assigned_to_user_id":")" + jane.id + '"');
    call(admin, "POST", "/api/v1/jobs/" + mine + "/comments", R"({"content":"Look at <this>"})");
    start();
    ASSERT_TRUE(settled());
    const auto mails = sink.mails();
    ASSERT_EQ(mails.size(), 1U);  // two things of one job in one moment
    EXPECT_EQ(mails[0].at("to").at(0).as_string(), jane.email);
    EXPECT_EQ(text(mails[0], "subject"), "[JOB-1] 2 news: A job");
    EXPECT_NE(text(mails[0], "text").find("You work on: A job"), std::string::npos) << text(mails[0], "text");
    EXPECT_NE(text(mails[0], "html").find("<strong>You work on: A job</strong>"), std::string::npos);
    EXPECT_EQ(header(mails[0], "Auto-Submitted"), "auto-generated");
    EXPECT_EQ(header(mails[0], "Message-ID"),
              "<" + database.one("select id from delivery where state = 'sent'") + "@example.org>");
    const auto thread = header(mails[0], "References");
    tell(jane, "comment_added", "One more", mine);
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 2U);
    EXPECT_EQ(header(sink.mails()[1], "References"), thread);
    EXPECT_EQ(text(sink.mails()[1], "subject"), "[JOB-1] One more");
}

TEST_F(Deliveries, what_a_burst_tells_of_one_subject_is_one_mail) {
    configure_jobs();
    const auto one = job(admin), other = job(admin);
    for (int i = 0; i < 20; ++i) tell(jane, "job_updated", "Change " + std::to_string(i), one);
    tell(jane, "job_updated", "Elsewhere", other);
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 2U);
    EXPECT_EQ(database.number("select count(*) from delivery where state = 'carried'"), 19);
    std::string all;
    for (const auto& mail : sink.mails()) all += text(mail, "text");
    for (int i = 0; i < 20; ++i) EXPECT_NE(all.find("Change " + std::to_string(i) + " ("), std::string::npos) << i;
}

TEST_F(Deliveries, waits_for_more_as_long_as_it_is_told_to) {
    configure("collect: 10m");
    tell(jane, "news", "First");
    EXPECT_EQ(database.one("select state::text || (ready_at > clock_timestamp() + interval '9 minutes') from run"),
              "scheduledtrue");
}

TEST_F(Deliveries, what_was_read_here_is_not_mailed) {
    tell(jane, "news", "First");
    call(jane, "POST", "/api/v1/notifications/mark-all-read");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "withdrawn");
    EXPECT_EQ(sink.count(), 0U);
}

TEST_F(Deliveries, goes_by_what_people_want) {
    want(jane, "news", "email", "off");
    tell(jane, "news", "Not by mail");
    EXPECT_EQ(database.number("select count(*) from delivery"), 0);
    EXPECT_EQ(call(jane, "GET", "/api/v1/notifications").count(), 1U);
    want(jane, "*", "in_app", "off");
    tell(jane, "other", "By mail alone");
    EXPECT_EQ(database.number("select count(*) from delivery"), 1);
    EXPECT_EQ(call(jane, "GET", "/api/v1/notifications").count(), 1U);
    EXPECT_EQ(call(jane, "GET", "/api/v1/notifications/unread-count").at("unread"), "1");
    EXPECT_EQ(database.number("select count(*) from event where type = 'notification' and user_id = '" + jane.id + "'"),
              1);
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 1U);
    EXPECT_EQ(text(sink.mails()[0], "subject"), "By mail alone");
}

TEST_F(Deliveries, of_sweeps_reach_who_wants_only_mail_too) {
    configure("collect: 10m");
    want(jane, "*", "in_app", "off");
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease, {.organization = kHere});
    const std::vector<std::string> people{jane.id}, words{"Late"}, none{""};
    tx.run(domain::notifications::sql::tell_many, kHere, "job_overdue", people, words, none,
           "{" + std::string("NULL") + "}");
    const auto each = json::text(
        json::array{{{"id", core::time::uuid7()}, {"user_id", jane.id}, {"type", "reminder"}, {"title", "Soon"}}});
    tx.run(domain::notifications::sql::tell_each, kHere, each);
    tx.commit();
    EXPECT_EQ(database.one("select string_agg(event, ',' order by event) from delivery where channel = 'email'"),
              "job_overdue,reminder");
    EXPECT_EQ(database.number("select count(*) from notification where is_shown"), 0) << "not here";
}

TEST_F(Deliveries, nothing_is_made_where_mail_is_off) {
    domain::deliveries::prepare(database.pool(), {});
    tell(jane, "news", "First");
    EXPECT_EQ(database.number("select count(*) from delivery"), 0);
    EXPECT_EQ(database.number("select count(*) from run"), 0);
    EXPECT_EQ(enqueue({.organization = kHere, .user = jane.id, .event = "report", .subject = "x", .text = "y"}), "");
}

TEST_F(Deliveries, who_is_switched_off_gets_nothing_any_more) {
    tell(jane, "news", "First");
    database.one("update app_user set is_active = false where id = '" + jane.id + "'");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "withdrawn");
}

TEST_F(Deliveries, that_cannot_be_handed_over_now_are_tried_again_and_told_once) {
    sink.mode("tempfail");
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(eventually([&] { return states() == "deferred"; }));
    sink.mode("greylist");
    hurry();
    ASSERT_TRUE(eventually([&] {
        return database.number("select max(attempts) from delivery") == 2 &&
               database.one("select state from run") == "scheduled";
    }));
    hurry();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "sent");
    EXPECT_EQ(sink.count(), 1U);
    EXPECT_EQ(database.one("select string_agg(state, ' ' order by number) from delivery_attempt"),
              "failed failed sent");
}

TEST_F(Deliveries, whose_answer_was_lost_are_unknown_and_not_sent_again_until_somebody_decides) {
    sink.mode("drop_after_data");
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "unknown");
    EXPECT_EQ(sink.count(), 1U);
    sink.mode("accept");
    const auto id = only_delivery();
    EXPECT_EQ(call(jane, "POST", "/api/v1/deliveries/" + id + "/replay").status, 403);
    const auto again = call(admin, "POST", "/api/v1/deliveries/" + id + "/replay");
    ASSERT_EQ(again.status, 202) << again;
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "sent");
    const auto mails = sink.mails();
    ASSERT_EQ(mails.size(), 2U);
    EXPECT_EQ(text(mails[0], "message_id"), text(mails[1], "message_id"));
    EXPECT_EQ(call(admin, "POST", "/api/v1/deliveries/" + id + "/replay").status, 409);
    const auto tries = call(admin, "GET", "/api/v1/deliveries/" + id + "/attempts");
    ASSERT_EQ(tries.count(), 2U) << tries;
    EXPECT_EQ(tries.body.at(0).at("state"), "unknown");
    EXPECT_NE(tries.text.find("RCPT TO:<" + jane.email + ">"), std::string::npos) << tries;
}

TEST_F(Deliveries, whose_answer_was_lost_go_once_more_where_the_configuration_says_so) {
    configure("collect: 0s, unknown: resend");
    sink.mode("drop_after_data");
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(eventually([&] { return states() == "deferred"; }));
    hurry();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "unknown");  // and not a third time
    EXPECT_EQ(sink.count(), 2U);
}

TEST_F(Deliveries, of_a_worker_that_died_are_known_by_how_far_it_came) {
    tell(jane, "news", "Nothing left");
    tell(jane, "other", "Perhaps it left");
    database.one("update delivery set attempts = 1");
    database.one(
        "insert into delivery_attempt (delivery_id, number, run_id, state) select id, 1, gen_random_uuid(), "
        "case event when 'news' then 'intended' else 'leaving' end from delivery");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "unknown sent");
    ASSERT_EQ(sink.count(), 1U);
    EXPECT_EQ(text(sink.mails()[0], "subject"), "Nothing left");
}

TEST_F(Deliveries, a_worker_that_was_taken_for_dead_sends_nothing_any_more) {
    tell(jane, "news", "First");
    const auto ours = mail_settings();
    const std::string id = only_delivery(), run = core::time::uuid7();
    const domain::deliveries::Begin what{
        .pool = database.pool(), .settings = ours, .delivery = id, .run = run, .read_file = nullptr};
    const auto stale = std::get<domain::deliveries::Try>(domain::deliveries::begin(what));
    const auto fresh = std::get<domain::deliveries::Try>(domain::deliveries::begin(what));
    EXPECT_THROW(domain::deliveries::leaving(database.pool(), stale), Error);
    EXPECT_NO_THROW(domain::deliveries::leaving(database.pool(), fresh));
}

TEST_F(Deliveries, to_an_address_that_is_none_end_there_and_the_person_is_told_here) {
    sink.mode("refuse");
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "bounced");
    sink.mode("accept");
    tell(jane, "other", "Second");
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "suppressed bounced");
    EXPECT_EQ(sink.count(), 0U);
    EXPECT_EQ(database.number("select count(*) from notification where type = 'mail_bounced' and user_id = '" +
                              jane.id + "'"),
              1);
    const auto gone = call(admin, "GET", "/api/v1/suppressions");
    ASSERT_EQ(gone.count(), 1U) << gone;
    EXPECT_EQ(gone.body.at(0).at("address").as_string(), jane.email);
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/suppressions/" + std::string(gone.body.at(0).at("id").as_string())).status,
              204);
    tell(jane, "third", "Third");
    ASSERT_TRUE(settled());
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(Deliveries, whose_words_are_refused_are_dead_and_the_address_stays_good) {
    sink.mode("refuse_content");
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "dead");
    EXPECT_EQ(database.number("select count(*) from suppression"), 0);
    EXPECT_EQ(database.number("select count(*) from run_archive where state = 'dead'"), 1);
}

TEST_F(Deliveries, whose_run_is_cancelled_are_withdrawn) {
    configure("collect: 10m");
    tell(jane, "news", "First");
    const auto said = call(admin, "POST", "/api/v1/runs/" + database.one("select id from run") + "/cancel");
    ASSERT_LT(said.status, 300) << said;
    EXPECT_EQ(states(), "withdrawn");
}

TEST_F(Deliveries, whose_run_ended_while_they_were_leaving_are_unknown_and_not_dead) {
    tell(jane, "news", "Nothing left");
    tell(jane, "other", "Perhaps it left");
    database.one("update delivery set attempts = 1");
    database.one(
        "insert into delivery_attempt (delivery_id, number, run_id, state) select id, 1, gen_random_uuid(), "
        "case event when 'news' then 'intended' else 'leaving' end from delivery");
    for (int i = 0; i < 2; ++i)
        call(admin, "POST", "/api/v1/runs/" + database.one("select id from run limit 1") + "/cancel");
    EXPECT_EQ(states(), "withdrawn unknown");
    EXPECT_EQ(database.one("select string_agg(a.state, ' ' order by d.event) from delivery_attempt a join delivery d "
                           "on d.id = a.delivery_id where a.ended_at is not null"),
              "failed unknown");
}

TEST_F(Deliveries, one_click_ends_them_and_looking_does_not) {
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(settled());
    const auto mail = sink.mails().at(0);
    EXPECT_EQ(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    auto link = header(mail, "List-Unsubscribe");
    std::erase_if(link, [](char c) { return c == '<' || c == '>' || c == ' ' || c == '\n' || c == '\r'; });
    ASSERT_TRUE(link.starts_with("https://night.example.org/unsubscribe?token=")) << link;
    const auto path = link.substr(link.find("/unsubscribe"));
    const Headers form{{"content-type", "application/x-www-form-urlencoded"}};
    EXPECT_EQ(raw("", "GET", path).status, 200);
    EXPECT_EQ(database.number("select count(*) from notification_preference"), 0);
    EXPECT_EQ(raw("", "POST", path + "x", "List-Unsubscribe=One-Click", form).status, 403);
    EXPECT_EQ(raw("", "POST", "/unsubscribe", "List-Unsubscribe=One-Click", form).status, 403);
    EXPECT_EQ(raw("", "POST", path, "List-Unsubscribe=One-Click", form).status, 200);
    EXPECT_EQ(raw("", "POST", path, "", form).status, 200);
    tell(jane, "news", "Second");
    tell(jane, "other", "Still");
    ASSERT_TRUE(settled());
    EXPECT_EQ(sink.count(), 2U);
}

TEST_F(Deliveries, of_a_day_are_one_mail_at_the_persons_own_hour) {
    database.one("update app_user set time_zone = 'Asia/Kolkata' where id = '" + jane.id + "'");
    want(jane, "*", "email", "digest");
    configure_jobs();
    const auto one = job(admin);
    tell(jane, "job_updated", "First", one);
    tell(jane, "news", "Second");
    EXPECT_EQ(database.one("select string_agg(distinct to_char(due_at at time zone 'Asia/Kolkata', 'HH24:MI'), ' ') || "
                           "count(*) from delivery"),
              "08:002");
    EXPECT_EQ(database.number("select count(*) from delivery where due_at between clock_timestamp() and "
                              "clock_timestamp() + interval '1 day'"),
              2);
    database.one("update delivery set due_at = clock_timestamp()");
    hurry();
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 1U);
    const auto mail = sink.mails().at(0);
    EXPECT_EQ(text(mail, "subject"), "Your day: 2 things");
    EXPECT_NE(text(mail, "text").find("[JOB-1] First"), std::string::npos) << text(mail, "text");
}

TEST_F(Deliveries, are_shown_to_whom_they_went) {
    tell(jane, "news", "First");
    start();
    ASSERT_TRUE(settled());
    const auto id = database.one("select id from notification");
    const auto shown = call(jane, "GET", "/api/v1/notifications/" + id + "/deliveries");
    ASSERT_EQ(shown.count(), 2U) << shown;
    EXPECT_EQ(shown.body.at(0).at("channel"), "in_app");
    EXPECT_EQ(shown.body.at(1).at("state"), "sent");
    EXPECT_EQ(call(admin, "GET", "/api/v1/notifications/" + id + "/deliveries").status, 404);
    EXPECT_EQ(call(admin, "GET", "/api/v1/deliveries?user_id=" + jane.id + "&state=sent").count(), 1U);
}

TEST_F(Deliveries, in_words_of_their_own_go_with_the_transaction_that_asks) {
    enqueue({.organization = kHere, .user = jane.id, .event = "report", .subject = "x", .text = "y"}, false);
    EXPECT_EQ(database.number("select count(*) from delivery"), 0);
    EXPECT_NE(enqueue({.organization = kHere,
                       .address = "boss@example.com",
                       .event = "report",
                       .subject = "Jobs\r\nBcc: evil@example.org",
                       .text = "<b>Hello</b>\n.\nEnd"}),
              "");
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 1U);
    const auto mail = sink.mails().at(0);
    EXPECT_EQ(json::text(mail.at("to")), R"(["boss@example.com"])");
    EXPECT_EQ(text(mail, "subject"), "Jobs  Bcc: evil@example.org");
    EXPECT_NE(text(mail, "html").find("&lt;b&gt;Hello&lt;/b&gt;"), std::string::npos);
    auto link = header(mail, "List-Unsubscribe");
    std::erase_if(link, [](char c) { return c == '<' || c == '>' || c == ' ' || c == '\n' || c == '\r'; });
    EXPECT_EQ(raw("", "POST", link.substr(link.find("/unsubscribe"))).status, 200);
    EXPECT_EQ(
        enqueue({.organization = kHere, .address = "Boss@example.com", .event = "report", .subject = "x", .text = "y"}),
        "");
}

TEST_F(Deliveries, that_could_not_be_written_are_refused_when_they_are_asked_for) {
    const auto with = [&](domain::deliveries::Message message) {
        message.organization = kHere;
        message.event = "report";
        return message;
    };
    EXPECT_THROW(enqueue(with({.address = "nobody"})), Error);
    EXPECT_THROW(enqueue(with({})), Error);
    EXPECT_THROW(enqueue(with({.user = jane.id, .made_from = "digset"})), Error);
    EXPECT_THROW(enqueue(with({.user = jane.id, .made_from = "digest", .values = {{"heading", "x"}}})), Error);
    EXPECT_EQ(enqueue(with({.user = core::time::uuid7(), .text = "x"})), "");
}

TEST_F(Deliveries, take_reports_along) {
    const auto folder = std::filesystem::temp_directory_path() / ("reports-" + core::time::uuid7());
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "made.csv") << "a,b\n";
    configuration = std::make_unique<daemon::Configuration>(daemon::Configuration::from_text(
        "mail: {host: 127.0.0.1, tls: none, from: night@example.org, port: " + std::to_string(sink.port()) +
            "}\nreports: {folder: " + folder.string() + "}",
        "test"));
    const auto report = core::time::uuid7();
    database.one(
        "insert into report (id, organization_id, name, report_type, export_format, status, requested_by, file, "
        "sha256, bytes) values ('" +
        report + "', '" + kHere + "', 'Jobs of May', 'job_summary', 'CSV', 'ready', 'x', '../made.csv', 'x', 4)");
    enqueue({.organization = kHere,
             .user = jane.id,
             .event = "report",
             .subject = "Jobs",
             .text = "Attached",
             .reports = {report}});
    start();
    ASSERT_TRUE(settled());
    ASSERT_EQ(sink.count(), 1U);
    const auto part = sink.mails().at(0).at("parts").at(0);
    EXPECT_EQ(part.at("name"), "Jobs of May.csv");
    EXPECT_EQ(part.at("content_type"), "text/csv");
    EXPECT_EQ(part.at("base64"), "YSxiCg==");
    enqueue({.organization = kHere,
             .user = jane.id,
             .event = "report",
             .subject = "Jobs",
             .text = "Attached",
             .reports = {core::time::uuid7()}});
    ASSERT_TRUE(settled());
    EXPECT_EQ(states(), "sent dead");
    std::filesystem::remove_all(folder);
}

TEST_F(Deliveries, the_run_that_a_notification_makes_is_what_its_kind_says) {
    tell(jane, "news", "First");
    const auto& kind = queue::require_kind("notification.deliver");
    EXPECT_EQ(database.one("select queue || ' ' || priority || ' ' || max_attempts || ' ' || timeout_ms from run"),
              std::string(kind.queue) + " " + std::to_string(kind.priority) + " " + std::to_string(kind.max_attempts) +
                  " " + std::to_string(kind.timeout.count()));
    EXPECT_EQ(database.number("select count(*) from run_lane where queue = 'notifications'"), 1);
}

TEST_F(Deliveries, of_a_thousand_at_once_are_made_in_one_statement) {
    database.one("insert into notification (id, organization_id, user_id, type, title) select gen_random_uuid(), '" +
                 kHere + "', '" + jane.id + "', 'news', 'x' from generate_series(1, 1000)");
    EXPECT_EQ(database.number("select count(*) from delivery d join run r on r.args ->> 'delivery_id' = d.id::text"),
              1000);
}

}  // namespace
}  // namespace nightshift::tests
