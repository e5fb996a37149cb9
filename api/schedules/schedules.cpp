#include "api/schedules/schedules.h"

#include <algorithm>

#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/cron.h"
#include "core/time/time.h"
#include "queue/kinds.h"
#include "queue/known_queue.h"
#include "queue/sql.h"
#include "queue/submit.h"

namespace nightshift::api::schedules {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;

using core::pg::Transaction;
using core::time::Cron;
using core::time::Zone;

constexpr core::schema::Field kSchedule[] = {
    {"name", Type::text, "Unique in the organization.", {.min = 1, .max = 120, .required = true}},
    {"kind", Type::text, "Which kind of run.", {.max = 120, .required = true}},
    {"args", Type::object, "Its arguments.", {.fallback = "{}"}},
    {"queue", Type::text, "Another queue than the kind's own.", {.max = 60}},
    {"priority", Type::integer, "Band 0 (first) to 4 (last).", {.min = 0, .max = 4}},
    {"cron", Type::text, "The rule.", {.max = 200, .required = true}},
    {"time_zone", Type::text, "IANA zone in which the rule is read.", {.max = 60, .fallback = R"("UTC")"}},
    {"misfire",
     Type::choice,
     "What becomes of missed ticks.",
     {.fallback = R"("fire_latest")", .choices = "fire_latest|fire_all|skip"}},
    {"misfire_limit",
     Type::integer,
     "How many at most fire_all makes up for.",
     {.min = 1, .max = 10000, .fallback = "100"}},
    {"overlap",
     Type::choice,
     "What becomes of a tick while the run before it lives.",
     {.fallback = R"("skip")", .choices = "skip|queue_one|allow|cancel_running"}},
    {"is_paused", Type::boolean, "Made but not firing.", {.fallback = "false"}},
};

constexpr core::schema::Rules kMaybe{.nullable = true};
constexpr core::schema::Field kFireFields[] = {
    {"fire_at", Type::timestamp, "The tick."},
    {"run_id", Type::uuid, "The run it made.", kMaybe},
    {"outcome", Type::choice, "What became of it.", {.choices = "fired|skipped|coalesced|misfired|triggered"}},
    {"reason", Type::text, "Why.", kMaybe},
    {"at", Type::timestamp, "When it was settled."},
};
constexpr core::schema::Field kScheduleFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "Unique in the organization."},
    {"kind", Type::text, "Which kind of run it makes."},
    {"args", Type::object, "Their arguments."},
    {"queue", Type::text, "Another queue than the kind's own.", kMaybe},
    {"priority", Type::integer, "Band 0 (first) to 4 (last).", kMaybe},
    {"cron", Type::text, "The rule."},
    {"time_zone", Type::text, "IANA zone in which the rule is read."},
    {"misfire", Type::choice, "What becomes of missed ticks.", {.choices = "fire_latest|fire_all|skip"}},
    {"misfire_limit", Type::integer, "How many at most fire_all makes up for."},
    {"misfire_window", Type::text, "How far back missed ticks count: HH:MM:SS, or days."},
    {"overlap",
     Type::choice,
     "What becomes of a tick while the run before it lives.",
     {.choices = "skip|queue_one|allow|cancel_running"}},
    {"is_paused", Type::boolean, "Made but not firing."},
    {"next_fire_at", Type::timestamp, "Its next tick.", kMaybe},
    {"last_fire_at", Type::timestamp, "Its latest tick.", kMaybe},
    {"created_at", Type::timestamp, "When it was made."},
    {"updated_at", Type::timestamp, "When it was last changed."},
};
constexpr core::schema::Field kFires[] = {{"fires", Type::array, "Its latest 20 ticks.", {.fields = kFireFields}}};
constexpr std::string_view kScheduleExample =
    R"({"id":"@schedules","name":"Jobs each morning","kind":"report.scheduled","args":{"name":"Jobs","report_type":"job_summary"},"queue":null,
"priority":null,"cron":"0 7 * * MON-FRI","time_zone":"Europe/Paris","misfire":"fire_latest","misfire_limit":100,"misfire_window":"1 day",
"overlap":"skip","is_paused":false,"next_fire_at":"2026-03-03T06:00:00+00:00","last_fire_at":null,
"created_at":"2026-03-02T09:30:00.123456+00:00","updated_at":"2026-03-02T09:30:00.123456+00:00"})";
constexpr kit::Shape kScheduleLine{"ScheduleLine", kScheduleFields, kScheduleExample};
constexpr kit::Shape kShown{"Schedule", kScheduleFields, kScheduleExample, kFires};
constexpr core::schema::Field kTriggeredFields[] = {{"run_id", Type::uuid, "The run."}};
constexpr core::schema::Field kTickFields[] = {
    {"at", Type::timestamp, "The tick."},
    {"local", Type::text, "The same in the schedule's zone."},
};

[[noreturn]] void refuse(const std::string& field, const std::string& message) {
    throw core::schema::wrong(Code::validation, field, message);
}

Zone zone_of(const std::string& name) {
    if (const auto zone = Zone::find(name)) return *zone;
    refuse("time_zone", Zone::problem(name));
}

Cron cron_of(const std::string& rule, const std::string& id) {
    try {
        return Cron::parse(rule, id);
    } catch (const core::time::CronError& problem) {
        refuse("cron", problem.what());
    }
}

core::pg::Result find(const Services& services, const Request& request, const Caller& caller) {
    auto rows = core::pg::once(services.pool, queue::sql::schedule_show, request.parameter("id"), caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such schedule");
    return rows;
}

Response create(const Services& services, const Request&, const Caller& caller, json::object& body) {
    const auto id = core::time::uuid7();
    const auto zone = zone_of(json::text_in(body, "time_zone"));
    const auto cron = cron_of(json::text_in(body, "cron"), id);
    const auto& kind = queue::require_kind(json::text_in(body, "kind"));
    auto args = body.at("args").as_object();
    core::schema::require(kind.args, args, "args");
    const auto next = cron.next(std::chrono::system_clock::now(), zone);
    const core::pg::Value queue =
        body.contains("queue") ? core::pg::Value(json::text_in(body, "queue")) : core::pg::Value(nullptr);
    const core::pg::Value priority =
        body.contains("priority") ? core::pg::Value(body.at("priority").to_number<int>()) : core::pg::Value(nullptr);
    queue::into_known_queue([&] {
        return core::pg::once(
            services.pool, queue::sql::schedule_insert, id, caller.organization, json::text_in(body, "name"), kind.name,
            json::text(args), queue, priority, json::text_in(body, "cron"), json::text_in(body, "time_zone"),
            json::text_in(body, "misfire"), body.at("misfire_limit").to_number<int>(), json::text_in(body, "overlap"),
            body.at("is_paused").as_bool(), next ? core::time::rfc3339(*next) : "");
    });
    auto response = core::http::text_response(
        201, std::string(core::pg::once(services.pool, queue::sql::schedule_show, id, caller.organization).text(0, 0)));
    response.headers.emplace_back("Location", "/api/v1/schedules/" + id);
    return response;
}

/// With another rule or zone the cursor moves to the first tick after now, and past every settled one: the row is
/// locked against the scheduler meanwhile.
core::pg::Value next_of(const core::pg::Result& row, const json::object& body, const std::string& id) {
    if (!body.contains("cron") && !body.contains("time_zone")) return nullptr;
    const auto zone =
        zone_of(body.contains("time_zone") ? json::text_in(body, "time_zone") : std::string(row.text(0, 1)));
    const auto cron = cron_of(body.contains("cron") ? json::text_in(body, "cron") : std::string(row.text(0, 0)), id);
    const auto now = row.time(0, 4);
    const auto next = cron.next(row.is_null(0, 3) ? now : std::max(now, row.time(0, 3)), zone);
    return next ? core::time::rfc3339(*next) : "";
}

Response change(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto row = tx.run(queue::sql::schedule_lock, id, caller.organization);
    if (row.empty()) throw Error(Code::not_found, "no such schedule");
    if (body.contains("kind") || body.contains("args")) {
        const auto& kind =
            queue::require_kind(body.contains("kind") ? json::text_in(body, "kind") : std::string(row.text(0, 2)));
        auto args = body.contains("args") ? body.at("args").as_object() : json::parse_object(row.text(0, 5));
        core::schema::require(kind.args, args, "args");
        body["args"] = std::move(args);
    }
    const auto next = next_of(row, body, id);
    queue::into_known_queue([&] { return tx.run(queue::sql::schedule_update, id, json::text(body), next); });
    const auto shown = tx.run(queue::sql::schedule_show, id, caller.organization);
    tx.commit();
    return core::http::text_response(200, std::string(shown.text(0, 0)));
}

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    return core::http::text_response(200, std::string(core::pg::once(services.pool, queue::sql::schedule_list,
                                                                     caller.organization, page.limit, page.skip)
                                                          .text(0, 0)));
}

Response show(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return core::http::text_response(200, std::string(find(services, request, caller).text(0, 0)));
}

Response pause(const Services& services, const Request& request, const Caller& caller, bool paused) {
    if (core::pg::once(services.pool, queue::sql::schedule_pause, request.parameter("id"), caller.organization, paused)
            .empty())
        throw Error(Code::not_found, "no such schedule");
    json::object none;
    return show(services, request, caller, none);
}

Response remove(const Services& services, const Request& request, const Caller& caller, json::object&) {
    if (core::pg::once(services.pool, queue::sql::schedule_delete, request.parameter("id"), caller.organization)
            .empty())
        throw Error(Code::not_found, "no such schedule");
    return {.status = 204, .content_type = ""};
}

/// One run now, off the timetable, labelled so; the cursor stays.
Response trigger(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto rows = find(services, request, caller);
    const auto& id = request.parameter("id");
    queue::Submission run{.kind = std::string(rows.text(0, 4)),
                          .args = json::parse_object(rows.text(0, 5)),
                          .organization = caller.organization,
                          .schedule_id = id,
                          .origin = "trigger"};
    if (!rows.text(0, 6).empty()) run.queue = std::string(rows.text(0, 6));
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto made = queue::submit(tx, run);
    const std::vector<std::string> schedules{id}, times{core::time::rfc3339(std::chrono::system_clock::now())},
        runs{made.id}, outcomes{"triggered"}, reasons{"by " + caller.actor};
    tx.run(queue::sql::schedule_fired, schedules, times, runs, outcomes, reasons);
    tx.commit();
    services.engine.wake({made.queue});
    return core::http::json_response(202, {{"run_id", made.id}});
}

Response preview(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto rows = find(services, request, caller);
    const auto zone = zone_of(std::string(rows.text(0, 2)));
    const auto count = static_cast<std::size_t>(kit::page_of(request).limit);
    json::array fires;
    for (const auto fire : cron_of(std::string(rows.text(0, 1)), request.parameter("id"))
                               .next(std::chrono::system_clock::now(), zone, count))
        fires.emplace_back(json::object{{"at", core::time::rfc3339(fire)}, {"local", core::time::in_zone(fire, zone)}});
    return core::http::json_response(200, fires);
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"POST",
         "/api/v1/schedules",
         "schedules.change",
         "Makes a schedule.",
         kSchedule,
         bind(create),
         {.status = 201, .shape = kShown},
         kit::kNothing,
         {},
         {},
         R"({"name": "Jobs each morning", "kind": "report.scheduled", "cron": "0 7 * * MON-FRI",
"time_zone": "Europe/Paris", "args": {"name": "Jobs", "report_type": "job_summary"}})"},
        {"GET",
         "/api/v1/schedules",
         "schedules.see",
         "Schedules by name.",
         {},
         bind(list),
         {.shape = kScheduleLine, .is_list = true},
         kit::kPages},
        {"GET",
         "/api/v1/schedules/{id}",
         "schedules.see",
         "One schedule and its latest ticks.",
         {},
         bind(show),
         {.shape = kShown}},
        {"PATCH",
         "/api/v1/schedules/{id}",
         "schedules.change",
         "Changes a schedule; with another rule or zone its next tick is the first one after now.",
         kSchedule,
         bind(change),
         {.shape = kShown},
         kit::kNothing,
         {},
         {},
         R"({"cron": "30 6 * * MON-FRI"})"},
        {"DELETE",
         "/api/v1/schedules/{id}",
         "schedules.change",
         "Forgets a schedule; its runs stay.",
         {},
         bind(remove),
         {.status = 204}},
        {"POST",
         "/api/v1/schedules/{id}/trigger",
         "schedules.change",
         "One run now, off the timetable.",
         {},
         bind(trigger),
         {.status = 202, .shape = {"Triggered", kTriggeredFields, R"({"run_id":"@runs"})"}}},
        {"POST",
         "/api/v1/schedules/{id}/pause",
         "schedules.change",
         "Stops firing; the cursor stays.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return pause(s, r, c, true); }),
         {.shape = kShown}},
        {"POST",
         "/api/v1/schedules/{id}/resume",
         "schedules.change",
         "Fires again; what was missed follows the misfire policy.",
         {},
         bind([](const auto& s, const auto& r, const auto& c, auto&) { return pause(s, r, c, false); }),
         {.shape = kShown}},
        {"GET",
         "/api/v1/schedules/{id}/preview",
         "schedules.see",
         "The next ticks (limit).",
         {},
         bind(preview),
         {.shape = {"Tick", kTickFields, R"({"at":"2026-03-03T06:00:00Z","local":"2026-03-03 07:00:00 +01:00 CET"})"},
          .is_list = true},
         kit::kPages,
         {},
         "previewSchedule"},
    };
}

}  // namespace nightshift::api::schedules
