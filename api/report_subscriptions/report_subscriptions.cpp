#include "api/report_subscriptions/report_subscriptions.h"

#include <algorithm>

#include "api/kit/resource.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/schema/checks.h"
#include "core/time/cron.h"
#include "core/time/time.h"
#include "domain/reports/ask.h"
#include "domain/reports/parameters.h"
#include "domain/reports/sql.h"
#include "domain/reports/subscriptions.h"

namespace nightshift::api::report_subscriptions {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Change;
using kit::Column;
using kit::Services;
namespace json = core::json;
namespace sql = domain::reports::sql;

std::string check_recipients(const json::value& value) {
    for (const auto& one : value.as_array())
        if (!core::time::is_uuid(one.as_string()))
            return "expected ids of people, got \"" + std::string(one.as_string()) + '"';
    return {};
}

std::string check_cron(const json::value& value) {
    try {
        (void)core::time::Cron::parse(std::string(value.as_string()), "x");
        return {};
    } catch (const core::time::CronError& problem) {
        return problem.what();
    }
}

std::string check_address(const json::value& value) {
    const std::string_view url = value.as_string();
    return url.starts_with("https://") || url.starts_with("http://")
               ? ""
               : "expected an address that begins with https:// or http://";
}

constexpr Column kColumns[] = {
    {"name",
     Type::text,
     "What to call its reports.",
     {.min = 1, .max = 200, .required = true},
     kit::kFilter | kit::kSort | kit::kSearch},
    {"report_type",
     Type::text,
     "Which report: see GET /reports/types. Not needed with a definition.",
     {.max = 60},
     kit::kFilter | kit::kSort},
    {"definition_id",
     Type::uuid,
     "The report definition that it asks for, as that is at each turn; parameters here go before its own.",
     {.nullable = true},
     kit::kFilter,
     "report_definition"},
    {"parameters", Type::object, "Those that the type takes; a period is that of each turn.", {.fallback = "{}"}},
    {"export_format",
     Type::choice,
     "The file's format.",
     {.fallback = R"("PDF")", .choices = domain::reports::kFormats},
     kit::kFilter},
    {"cron", Type::text, "When: a rule as schedules have.", {.max = 200, .required = true, .check = check_cron}},
    {"time_zone",
     Type::text,
     "IANA zone in which the rule and the days of the report are read.",
     {.max = 60, .fallback = R"("UTC")", .check = core::schema::check_zone}},
    {"recipients",
     Type::texts,
     "Ids of the people it is for; the caller when not given. Each is given what they may see.",
     {.min = 1, .max = 200, .check = check_recipients}},
    {"channel",
     Type::choice,
     "How: in Nightshift, by mail, or to an address.",
     {.fallback = R"("in_app")", .choices = domain::reports::kChannels},
     kit::kFilter},
    {"webhook_url", Type::text, "Where a webhook goes.", {.max = 2000, .nullable = true, .check = check_address}},
    {"on_empty",
     Type::choice,
     "What becomes of a report with no rows.",
     {.fallback = R"("send")", .choices = "send|skip"}},
    {"status",
     Type::choice,
     "active, paused, or broken: why is in `problem`; made active again by hand.",
     {.fallback = R"("active")", .choices = "active|paused|broken"},
     kit::kFilter | kit::kSort},
    {"problem", Type::text, "Why it is broken.", {.nullable = true, .server = true}},
    {"owner_user_id", Type::uuid, "Whose it is; the caller when not given.", {}, kit::kFilter, "app_user"},
    {"owner_name", Type::text, "That person's name.", {.nullable = true, .server = true}},
    {"last_run_at", Type::timestamp, "Its latest turn.", {.nullable = true, .server = true}, kit::kSort},
    {"next_run_at", Type::timestamp, "Its next turn.", {.nullable = true, .server = true}},
};

/// As it will be: what is given over what is there.
std::string value_of(const Change& change, std::string_view name) {
    if (const auto* given = change.body.if_contains(name))
        return given->is_string() ? std::string(given->as_string()) : std::string{};
    return change.before == nullptr ? std::string{} : json::text_in(*change.before, name);
}

/// A definition says what is asked for; what it is asked with so far.
json::object take_definition(const Change& change) {
    const auto id = value_of(change, "definition_id");
    if (id.empty()) {
        if (value_of(change, "report_type").empty())
            throw core::schema::wrong(Code::validation, "report_type", "is required, or definition_id");
        return {};
    }
    const bool sees_all = change.caller.reach("reports.see") == kit::Reach::all;
    const auto found = change.tx.run(sql::subscription_definition, change.caller.organization, id,
                                     sees_all ? core::pg::Value(nullptr) : kit::user_of(change.caller));
    if (found.empty()) throw core::schema::wrong(Code::rule, "definition_id", "there is none with this id");
    const auto given = json::text_in(change.body, "report_type");
    if (!given.empty() && given != found.text(0, 0))
        throw core::schema::wrong(Code::rule, "report_type", "the definition is of another: leave it out");
    change.body["report_type"] = std::string(found.text(0, 0));
    return json::parse_object(found.text(0, 1));
}

/// What it will be asked with, and that its writer may ask for it. A period stays a period.
void check_question(const Change& change) {
    auto of_definition = take_definition(change);
    const auto& type = domain::reports::require_report_type(value_of(change, "report_type"));
    const auto reach = change.caller.reach(type.permission);
    if (reach == kit::Reach::none)
        throw Error(Code::forbidden,
                    "report_type: a report of this type needs the permission " + std::string(type.permission));
    json::object parameters;
    if (const auto* given = change.body.if_contains("parameters"))
        parameters = given->as_object();
    else if (change.before != nullptr)
        parameters = change.before->at("parameters").as_object();
    parameters = domain::reports::merged(std::move(of_definition), parameters);
    domain::reports::settle(change.tx, type, parameters, change.caller.organization, change.caller.user,
                            std::chrono::system_clock::now());
}

/// People who are there, and whom the caller may have reports sent to: themselves, those they lead, or everybody.
void check_people(const Change& change) {
    if (change.before == nullptr && !change.body.contains("recipients"))
        change.body["recipients"] = json::array{change.body.at("owner_user_id")};
    const auto* given = change.body.if_contains("recipients");
    if (given == nullptr) return;
    auto wanted = json::texts(*given);
    std::ranges::sort(wanted);
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const auto found =
        change.tx.run(sql::subscription_person, change.caller.organization, wanted, kit::user_of(change.caller));
    if (found.size() != wanted.size())
        throw core::schema::wrong(Code::rule, "recipients", "some of these are no active people of the organization");
    const auto reach = change.caller.reach("subscription.manage");
    for (std::size_t i = 0; i < found.size(); ++i) {
        const bool is_led = reach == kit::Reach::team && found.flag(i, 2);
        if (reach != kit::Reach::all && !is_led && found.text(i, 0) != change.caller.user)
            throw Error(Code::forbidden, "recipients: you have no reports sent to " + std::string(found.text(i, 1)));
    }
    json::array kept;
    for (const auto& one : wanted) kept.emplace_back(one);
    change.body["recipients"] = std::move(kept);
}

/// Another person's is made by who manages everybody's.
void check_owner(const Change& change) {
    if (change.before == nullptr && !change.body.contains("owner_user_id")) {
        if (change.caller.user.empty())
            throw core::schema::wrong(Code::validation, "owner_user_id", "is required for a token of no person");
        change.body["owner_user_id"] = change.caller.user;
    }
    const auto owner = json::text_in(change.body, "owner_user_id");
    const bool is_others = !owner.empty() && owner != change.caller.user;
    if (is_others && change.caller.reach("subscription.manage") != kit::Reach::all)
        throw Error(Code::forbidden, "owner_user_id: you may only name yourself");
}

void before_write(const Change& change) {
    check_owner(change);
    if (const auto type = json::text_in(change.body, "report_type"); !type.empty())
        (void)domain::reports::require_report_type(type);
    const bool asks_anew = change.before == nullptr || change.body.contains("report_type") ||
                           change.body.contains("parameters") || change.body.contains("definition_id");
    if (asks_anew) check_question(change);
    check_people(change);
    if (value_of(change, "channel") == "webhook" && value_of(change, "webhook_url").empty())
        throw core::schema::wrong(Code::validation, "webhook_url", "required: where the webhook goes");
    if (json::text_in(change.body, "status") == "broken")
        throw core::schema::wrong(Code::rule, "status", "a subscription breaks by itself; pause it");
    if (change.body.contains("status")) change.body["problem"] = nullptr;
}

void after_write(const Change& change) {
    domain::reports::keep_schedule(change.tx, change.id, change.caller.organization, std::chrono::system_clock::now());
}

void before_remove(const Change& change) {
    domain::reports::drop_schedule(change.tx, change.id, change.caller.organization);
}

constexpr kit::Resource kSubscriptions{
    .name = "report-subscriptions",
    .one = "report subscription",
    .doc = "Reports that are made by the clock, for each recipient what that person may see.",
    .table = "report_subscription",
    .view = "api.report_subscription",
    .columns = kColumns,
    .allow = {.see = "subscription.manage",
              .create = "subscription.manage",
              .change = "subscription.manage",
              .remove = "subscription.manage"},
    .scopes = {.own = "r.owner_user_id = $2"},
    .order = "name",
    .before_write = before_write,
    .after_write = after_write,
    .before_remove = before_remove,
    .example =
        R"({"name":"Jobs of the week","report_type":"job_summary","definition_id":null,"parameters":{"period":"last_week"},"export_format":"PDF","cron":"0 7 * * MON",
"time_zone":"Europe/Paris","recipients":["@users"],"channel":"in_app","webhook_url":null,"on_empty":"send","status":"active","problem":null,"owner_user_id":"@users",
"owner_name":"Ada Admin","last_run_at":null,"next_run_at":"2026-03-09T06:00:00+00:00"})"};

constexpr Field kTicks[] = {{"at", Type::timestamp, "The turn."}, {"local", Type::text, "The same in its zone."}};
constexpr Field kSent[] = {{"run_id", Type::uuid, "The run."}};

json::object shown(const Services& services, const Request& request, const Caller& caller) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    return json::parse_object(kit::show(tx, kSubscriptions, caller, request.parameter("id")).text);
}

/// The next turns, as the clock of its zone shows them.
Response preview(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto one = shown(services, request, caller);
    const auto zone = core::time::Zone::find(json::text_in(one, "time_zone"));
    if (!zone) throw core::schema::wrong(Code::rule, "time_zone", "is not known here");
    constexpr std::size_t kTurns = 5;
    json::array turns;
    try {
        for (const auto at : core::time::Cron::parse(json::text_in(one, "cron"), request.parameter("id"))
                                 .next(std::chrono::system_clock::now(), *zone, kTurns))
            turns.push_back(json::object{{"at", core::time::rfc3339(at)}, {"local", core::time::in_zone(at, *zone)}});
    } catch (const core::time::CronError& problem) {
        throw core::schema::wrong(Code::rule, "cron", problem.what());
    }
    return core::http::json_response(200, turns);
}

/// A turn now, off the timetable, which stays as it is.
Response send(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto one = shown(services, request, caller);
    if (json::text_in(one, "status") != "active")
        throw Error(Code::conflict, "the subscription is " + json::text_in(one, "status") + "; make it active first");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    const auto run = queue::submit(tx, {.kind = "report.subscription",
                                        .args = {{"subscription_id", request.parameter("id")}},
                                        .organization = caller.organization,
                                        .origin = "trigger"});
    tx.commit();
    services.engine.wake({run.queue});
    return core::http::json_response(202, {{"run_id", run.id}});
}

}  // namespace

std::vector<kit::Route> routes(const Services& services) {
    auto all = kit::routes_of(kSubscriptions, services);
    all.push_back({.method = "GET",
                   .path = "/api/v1/report-subscriptions/{id}/preview",
                   .permission = "subscription.manage",
                   .doc = "The next five turns.",
                   .handle = kit::bound(services, preview),
                   .answer = {.shape = {"SubscriptionTurn", kTicks,
                                        R"({"at":"2026-03-09T06:00:00Z","local":"2026-03-09 07:00:00 +01:00 CET"})"},
                              .is_list = true},
                   .name = "previewReportSubscription"});
    all.push_back({.method = "POST",
                   .path = "/api/v1/report-subscriptions/{id}/send",
                   .permission = "subscription.manage",
                   .doc = "A turn now, off the timetable.",
                   .handle = kit::bound(services, send),
                   .answer = {.status = 202, .shape = {"SubscriptionSent", kSent, R"({"run_id":"@runs"})"}},
                   .name = "sendReportSubscription"});
    return all;
}

}  // namespace nightshift::api::report_subscriptions
