#include "api/reports/reports.h"

#include <filesystem>

#include "api/kit/file_answer.h"
#include "api/kit/router.h"
#include "api/reports/analytics.h"
#include "api/reports/asking.h"
#include "api/reports/definitions.h"
#include "api/reports/types.h"
#include "core/error/error.h"
#include "core/text/case.h"
#include "core/time/time.h"
#include "domain/reports/ask.h"
#include "domain/reports/sql.h"
#include "queue/actions.h"

namespace nightshift::api::reports {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::reports::sql;

/// Each type has its own parameters; what none of them has is refused at once, the rest by the type.
const std::vector<core::schema::Field>& generate_fields() {
    static const std::vector<core::schema::Field> fields{
        {"name", Type::text, "What to call it.", {.min = 1, .max = 200, .required = true}},
        {"report_type",
         Type::text,
         "Which report: see GET /reports/types. In capitals or not.",
         {.max = 60, .required = true}},
        {"parameters",
         Type::object,
         "Those that the type takes: see GET /reports/types.",
         {.fallback = "{}", .fields = all_parameters()}},
        {"export_format",
         Type::text,
         "The file's format: CSV, JSON, XLSX, PDF or HTML, in capitals or not.",
         {.max = 10, .fallback = R"("PDF")", .check = check_format}},
        {"generated_by_user_id", Type::uuid, "Taken for compatibility; the caller is who asks."},
    };
    return fields;
}

constexpr std::string_view kMediaTypes =
    "text/csv|application/json|application/pdf|text/html|application/"
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Whose reports a caller sees: null for everybody's.
core::pg::Value requesters(const Caller& caller, std::string_view permission) {
    if (caller.reach(permission) == kit::Reach::all) return nullptr;
    return std::vector<std::string>{caller.actor, "user:" + caller.user};
}

core::pg::Result find(const Services& services, const std::string& id, const Caller& caller) {
    auto rows =
        core::pg::once(services.pool, sql::report_show, id, caller.organization, requesters(caller, "reports.see"));
    if (rows.empty()) throw Error(Code::not_found, "no such report: " + id);
    return rows;
}

Response generate(const Services& services, const Request&, const Caller& caller, json::object& body) {
    return asked(services, caller,
                 {.name = json::text_in(body, "name"),
                  .report_type = core::text::lower_case(json::text_in(body, "report_type")),
                  .parameters = body.at("parameters").as_object(),
                  .export_format = json::text_in(body, "export_format")});
}

Response list(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto page = kit::page_of(request);
    return core::http::text_response(
        200, std::string(core::pg::once(services.pool, sql::report_list, caller.organization, page.limit, page.skip,
                                        requesters(caller, "reports.see"))
                             .text(0, 0)));
}

Response show(const Services& services, const Request& request, const Caller& caller, json::object&) {
    return core::http::text_response(200, std::string(find(services, request.parameter("id"), caller).text(0, 0)));
}

std::string_view media_type(std::string_view format) {
    if (format == "CSV") return "text/csv; charset=utf-8";
    if (format == "JSON") return "application/json";
    if (format == "HTML") return "text/html; charset=utf-8";
    return format == "PDF" ? "application/pdf" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

Response download(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto rows = find(services, request.parameter("id"), caller);
    if (rows.text(0, 1) == "expired") throw Error(Code::gone, "the report has expired; ask for it again");
    if (rows.text(0, 1) != "ready")
        throw Error(Code::conflict, "the report is " + std::string(rows.text(0, 1)) + "; download it when it is ready");
    const auto folder = services.setting("reports.folder");
    const auto file = rows.text(0, 2);
    return kit::file_answer(request, {.path = std::filesystem::path(std::string_view(folder.as_string())) / file,
                                      .name = std::string(rows.text(0, 4)) + std::string(file.substr(file.rfind('.'))),
                                      .content_type = std::string(media_type(rows.text(0, 3))),
                                      .tag = std::string(rows.text(0, 6)),
                                      .size = static_cast<std::uint64_t>(rows.number(0, 5))});
}

/// True: it runs now and was asked to stop.
bool cancel_run(Transaction& tx, const std::string& run, const Caller& caller) {
    try {
        return queue::cancel(tx, run, caller.organization, caller.actor, "its report was deleted");
    } catch (const Error&) {  // it ended by itself meanwhile
        return false;
    }
}

/// The report, its file, and the work on it.
Response remove(const Services& services, const Request& request, const Caller& caller, json::object&) {
    const auto& id = request.parameter("id");
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    if (tx.run(sql::report_show, id, caller.organization, requesters(caller, "reports.run")).empty())
        throw Error(Code::not_found, "no such report: " + id);
    const auto live = tx.run(sql::report_run, id, caller.organization);
    const bool is_awaited = !live.empty() && live.flag(0, 1);  // by others who asked the same
    const auto run = live.empty() || is_awaited ? std::string{} : std::string(live.text(0, 0));
    const bool is_stopping = !run.empty() && cancel_run(tx, run, caller);
    const auto rows = tx.run(sql::report_delete, id, caller.organization);
    if (rows.empty()) throw Error(Code::not_found, "no such report: " + id);
    std::error_code ignored;
    const auto folder = services.setting("reports.folder");
    if (const auto file = rows.text(0, 0); !file.empty())
        std::filesystem::remove(std::filesystem::path(std::string_view(folder.as_string())) / file, ignored);
    tx.commit();
    if (is_stopping) services.engine.cancel_hint(run);
    return {.status = 204, .content_type = ""};
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    std::vector<kit::Route> all{
        {"POST",
         "/api/v1/reports/generate",
         "reports.run",
         "Asks for a report; a worker makes it.",
         generate_fields(),
         bind(generate),
         {.status = 202, .shape = kReport},
         kit::kNothing,
         {},
         {},
         R"({"name": "Jobs in March", "report_type": "job_summary", "export_format": "XLSX"})"},
        {"GET",
         "/api/v1/reports",
         "reports.see",
         "Reports, newest first.",
         {},
         bind(list),
         {.shape = kReport, .is_list = true},
         kit::kPages},
        {"GET",
         "/api/v1/reports/{id}",
         "reports.see",
         "One report and its progress.",
         {},
         bind(show),
         {.shape = kReport}},
        {"GET",
         "/api/v1/reports/{id}/download",
         "reports.see",
         "The file.",
         {},
         bind(download),
         {.also = 206, .media_type = kMediaTypes},
         kit::kIfNoneMatch | kit::kRange,
         {},
         "downloadReport"},
        {"DELETE",
         "/api/v1/reports/{id}",
         "reports.run",
         "Forgets a report and its file.",
         {},
         bind(remove),
         {.status = 204}},
    };
    for (auto& more : {type_routes(services), analytics_routes(services), definition_routes(services)})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace nightshift::api::reports
