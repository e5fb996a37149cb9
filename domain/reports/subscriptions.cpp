#include "domain/reports/subscriptions.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/time/cron.h"
#include "core/time/time.h"
#include "domain/deliveries/deliveries.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"
#include "domain/notifications/sql.h"
#include "domain/reports/ask.h"
#include "domain/reports/parameters.h"
#include "domain/reports/sql.h"
#include "queue/sql.h"
#include "queue/submit.h"

namespace nightshift::domain::reports {
namespace {

using core::pg::Transaction;
namespace json = core::json;

struct Subscription {
    std::string id, organization, name, report_type;
    json::object parameters;
    std::string export_format, time_zone, owner;
    std::vector<std::string> recipients;
    json::object layout;
};

std::vector<std::string> column_of(const core::pg::Result& rows, std::size_t column) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < rows.size(); ++i) texts.emplace_back(rows.text(i, column));
    return texts;
}

/// Nobody did it: the clock.
void notify_people(Transaction& tx, const Subscription& about, const std::vector<std::string>& people,
                   std::string_view type, const std::string& title, const std::string& body) {
    tx.run(notifications::sql::tell, about.organization, people, type, title, body, "", nullptr);
}

/// It rests until somebody has mended it; its owner and those who run the organization are told, once.
void put_aside(Transaction& tx, const Subscription& broken, const std::string& why) {
    if (tx.run(sql::subscription_broke, broken.id, why).empty()) return;
    auto people = column_of(tx.run(sql::subscription_administrators, broken.organization), 0);
    people.push_back(broken.owner);
    notify_people(tx, broken, people, "report_subscription_broken", "No reports any more: " + broken.name, why);
}

std::vector<std::string> held_by(Transaction& tx, const std::string& organization, const std::string& user) {
    return column_of(tx.run(sql::report_viewer, organization, user), 0);
}

/// Whether a recipient may see it; the owner hears of who no longer may, once.
bool may_see(Transaction& tx, const Subscription& subscription, const ReportType& type, const std::string& user,
             const std::vector<std::string>& held) {
    const bool may =
        !identity::reach_of(held, "reports.see").empty() && !identity::reach_of(held, type.permission).empty();
    if (may) {
        tx.run(sql::subscription_allowed, subscription.id, user);
    } else if (!tx.run(sql::subscription_refused, subscription.id, user).empty()) {
        const auto person = tx.run(identity::sql::user_name, user);
        const auto name = person.empty() ? std::string("Somebody who has left") : std::string(person.text(0, 0));
        notify_people(tx, subscription, {subscription.owner}, "report_subscription_refused",
                      name + " gets no more of: " + subscription.name,
                      "They may not see this report; nobody sends it to them until they may again.");
    }
    return may;
}

Turn ask_for_all(Transaction& tx, const Subscription& subscription, std::chrono::system_clock::time_point now) {
    Turn turn;
    const auto& type = require_report_type(subscription.report_type);
    auto parameters = subscription.parameters;
    const bool has_zone =
        std::ranges::any_of(type.parameters, [](const auto& field) { return field.name == "time_zone"; });
    if (has_zone && !parameters.contains("time_zone")) parameters["time_zone"] = subscription.time_zone;
    for (const auto& user : subscription.recipients) {
        const auto held = held_by(tx, subscription.organization, user);
        if (!may_see(tx, subscription, type, user, held)) {
            ++turn.refused;
            continue;
        }
        turn.reports.push_back(ask(tx, {.name = subscription.name,
                                        .report_type = subscription.report_type,
                                        .parameters = parameters,
                                        .export_format = subscription.export_format,
                                        .organization = subscription.organization,
                                        .by = {.actor = "user:" + user, .user = user, .permissions = held},
                                        .origin = "handler",
                                        .subscription = subscription.id,
                                        .layout = subscription.layout,
                                        .now = now})
                                   .id);
    }
    return turn;
}

std::string owner_problem(Transaction& tx, const Subscription& subscription) {
    const auto held = held_by(tx, subscription.organization, subscription.owner);
    if (held.empty()) return "its owner has left";
    return identity::reach_of(held, "subscription.manage").empty() ? "its owner may not have reports sent any more"
                                                                   : "";
}

Subscription read(const core::pg::Result& row, const std::string& id, const std::string& organization) {
    Subscription subscription{.id = id,
                              .organization = organization,
                              .name = std::string(row.text(0, 0)),
                              .report_type = std::string(row.text(0, 1)),
                              .parameters = json::parse_object(row.text(0, 2)),
                              .export_format = std::string(row.text(0, 3)),
                              .time_zone = std::string(row.text(0, 4)),
                              .owner = std::string(row.text(0, 6)),
                              .recipients = {},
                              .layout = json::parse_object(row.text(0, 9))};
    const auto recipients = json::parse(row.text(0, 5));
    for (const auto& one : recipients.as_array()) subscription.recipients.emplace_back(one.as_string());
    return subscription;
}

/// The first tick after now, "" for none.
std::string next_of(const std::string& rule, const std::string& zone_name, const std::string& id,
                    std::chrono::system_clock::time_point now) {
    const auto zone = core::time::Zone::find(zone_name);
    if (!zone) throw core::schema::wrong(core::Code::validation, "time_zone", core::time::Zone::problem(zone_name));
    try {
        const auto next = core::time::Cron::parse(rule, id).next(now, *zone);
        return next ? core::time::rfc3339(*next) : "";
    } catch (const core::time::CronError& problem) {
        throw core::schema::wrong(core::Code::validation, "cron", problem.what());
    }
}

void tell_address(Transaction& tx, const std::string& organization, const core::pg::Result& rows, std::size_t i) {
    const json::object said{{"type", "report_ready"},
                            {"report_id", rows.text(i, 0)},
                            {"name", rows.text(i, 1)},
                            {"export_format", rows.text(i, 2)},
                            {"rows", rows.number(i, 3)},
                            {"recipient_user_id", rows.text(i, 4)},
                            {"download", "/api/v1/reports/" + std::string(rows.text(i, 0)) + "/download"}};
    queue::submit(tx, {.kind = "http.request",
                       .args = {{"url", rows.text(i, 6)}, {"method", "POST"}, {"body", said}},
                       .organization = organization,
                       .origin = "handler"});
}

}  // namespace

Turn take_turn(Transaction& tx, const std::string& id, const std::string& organization,
               std::chrono::system_clock::time_point now) {
    const auto row = tx.run(sql::subscription_find, id, organization);
    if (row.empty()) return {.reports = {}, .problem = "it is gone"};
    if (row.text(0, 7) == "paused") return {.reports = {}, .problem = "it is paused"};
    const auto subscription = read(row, id, organization);
    auto problem = row.flag(0, 10) ? std::string("its report definition is gone") : owner_problem(tx, subscription);
    Turn turn;
    if (problem.empty()) {
        tx.execute("savepoint turn");
        try {
            turn = ask_for_all(tx, subscription, now);
        } catch (const core::Error& refused) {
            if (refused.again() || refused.status() >= 500) throw;
            tx.execute("rollback to savepoint turn");
            problem = refused.what();
        }
    }
    if (!problem.empty()) {
        put_aside(tx, subscription, problem);
        return {.reports = {}, .problem = problem};
    }
    tx.run(sql::subscription_ran, id, now);
    return turn;
}

void keep_schedule(Transaction& tx, const std::string& id, const std::string& organization,
                   std::chrono::system_clock::time_point now) {
    const auto row = tx.run(sql::subscription_schedule, id, organization);
    const std::string known(row.text(0, 0)), rule(row.text(0, 1)), zone(row.text(0, 2));
    const bool rests = row.text(0, 3) != "active";
    const auto next = next_of(rule, zone, id, now);
    const auto locked = known.empty() ? row : tx.run(queue::sql::schedule_lock, known, organization);
    if (!known.empty() && !locked.empty()) {
        const bool is_moved = locked.text(0, 0) != rule || locked.text(0, 1) != zone;
        tx.run(queue::sql::schedule_update, known,
               json::text(json::object{{"cron", rule}, {"time_zone", zone}, {"is_paused", rests}}),
               is_moved ? core::pg::Value(next) : core::pg::Value(nullptr));
        return;
    }
    const auto schedule = core::time::uuid7(now);
    constexpr int kDefaultLimit = 100;
    tx.run(queue::sql::schedule_insert, schedule, organization, "Report subscription " + id, "report.subscription",
           json::text(json::object{{"subscription_id", id}}), nullptr, nullptr, rule, zone, "fire_latest",
           kDefaultLimit, "skip", rests, next);
    tx.run(sql::subscription_scheduled, id, schedule);
}

void drop_schedule(Transaction& tx, const std::string& id, const std::string& organization) {
    const auto row = tx.run(sql::subscription_schedule, id, organization);
    if (!row.empty() && !row.text(0, 0).empty()) tx.run(queue::sql::schedule_delete, row.text(0, 0), organization);
}

namespace {

/// False where mail is off, or not wanted: then the report is told of in the app.
bool mail_file(Transaction& tx, const std::string& organization, const core::pg::Result& rows, std::size_t i) {
    const std::string id(rows.text(i, 0)), name(rows.text(i, 1));
    return !deliveries::enqueue(tx, {.organization = organization,
                                     .user = std::string(rows.text(i, 4)),
                                     .event = "report_ready",
                                     .subject = name,
                                     .text = name + " is attached: " + std::string(rows.text(i, 3)) + " rows as " +
                                             std::string(rows.text(i, 2)) + ".",
                                     .reports = {id},
                                     .about = "subscription:" + std::string(rows.text(i, 8))})
                .empty();
}

}  // namespace

void deliver(Transaction& tx, const std::string& organization, const std::vector<std::string>& reports) {
    const auto rows = tx.run(sql::subscription_deliver, organization, reports);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        tx.run(sql::subscription_succeeded, rows.text(i, 8));
        if (rows.flag(i, 7)) continue;  // there is nothing in it, and that is not worth telling
        if (rows.text(i, 5) == "webhook") {
            tell_address(tx, organization, rows, i);
            continue;
        }
        if (rows.text(i, 5) == "email" && mail_file(tx, organization, rows, i)) continue;
        tx.run(notifications::sql::tell, organization, std::vector<std::string>{std::string(rows.text(i, 4))},
               "report_ready", "Your report is ready: " + std::string(rows.text(i, 1)),
               std::string(rows.text(i, 2)) + ", " + std::string(rows.text(i, 3)) + " rows: /api/v1/reports/" +
                   std::string(rows.text(i, 0)) + "/download",
               "", nullptr);
    }
}

}  // namespace nightshift::domain::reports
