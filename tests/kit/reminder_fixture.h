// Jobs, rules and people for reminders; the sweep is called with the test's own time.
#pragma once

#include "domain/reminders/reminders.h"
#include "tests/kit/api_fixture.h"

namespace nightshift::tests {

inline const std::string kReminderRules = "/api/v1/reminder-rules";

class ReminderFixture : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        database.one("update reminder_rule set is_active = false");
        jane = person("member");
        lives_in(jane, "Europe/Paris");
    }
    static core::time::Instant at(const std::string& text) { return core::time::parse_rfc3339(text).value(); }
    void lives_in(const Person& who, const std::string& zone) {
        database.one("update app_user set time_zone = '" + zone + "' where id = '" + who.id + "'");
    }
    /// Its id.
    std::string rule(const std::string& body) {
        const auto made = call(admin, "POST", kReminderRules, body);
        EXPECT_EQ(made.status, 201) << made;
        return made.at("id");
    }
    std::string before_due(int hours = 24, const std::string& recipients = R"(["assignee"])") {
        return rule(R"({"name":"Soon )" + std::to_string(++rules_) + R"(","trigger":"before_due","hours":)" +
                    std::to_string(hours) + R"(,"recipients":)" + recipients + "}");
    }
    std::string by_clock(const std::string& trigger, const std::string& hour = "09:00") {
        return rule(R"({"name":"By clock )" + std::to_string(++rules_) + R"(","trigger":")" + trigger + R"(","at":")" +
                    hour + R"(","recipients":["assignee"]})");
    }
    std::string due(const std::string& moment, const Person& assignee) {
        return job(admin, R"(,"due_date":")" + moment + R"(","assigned_to_user_id":")" + assignee.id + '"');
    }
    void hours(const Person& who, const std::string& body) {
        const auto set = call(who, "PUT", "/api/v1/notifications/hours", body);
        EXPECT_EQ(set.status, 200) << set;
    }
    domain::reminders::Swept sweep(const std::string& now) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto swept = domain::reminders::sweep(tx, kHere, at(now));
        tx.commit();
        return swept;
    }
    /// The titles of what they were reminded of, oldest first.
    std::vector<std::string> told(const Person& who) {
        std::vector<std::string> titles;
        const auto rows =
            core::json::parse(database.one("select coalesce(json_agg(title order by created_at, title), '[]') from "
                                           "notification where type like 'reminder%' and user_id = '" +
                                           who.id + "'"));
        for (const auto& one : rows.as_array()) titles.emplace_back(one.as_string());
        return titles;
    }
    std::string reasons() {
        return database.one(
            "select coalesce(string_agg(distinct reason, '; '), '') from reminder where state = 'withdrawn'");
    }
    core::json::array preview(const std::string& id, int ahead = 24) {
        const auto shown = call(admin, "GET", kReminderRules + "/" + id + "/preview?hours=" + std::to_string(ahead));
        EXPECT_EQ(shown.status, 200) << shown;
        return shown.body.as_array();
    }

    Person jane;

private:
    int rules_ = 0;
};

}  // namespace nightshift::tests
