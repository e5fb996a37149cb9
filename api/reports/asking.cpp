#include "api/reports/asking.h"

#include "domain/reports/sql.h"

namespace nightshift::api::reports {
namespace {

using core::schema::Type;
namespace json = core::json;
namespace sql = domain::reports::sql;

/// How formats are kept.
std::string capitals(std::string text) {
    for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return text;
}

constexpr core::schema::Rules kMaybe{.nullable = true};
constexpr core::schema::Field kReportFields[] = {
    {"id", Type::uuid, "Its id."},
    {"name", Type::text, "What it is called."},
    {"report_type", Type::text, "Which report."},
    {"parameters", Type::object, "What it was asked with."},
    {"export_format", Type::choice, "The file's format.", {.choices = domain::reports::kFormats}},
    {"status", Type::choice, "How far it is.", {.choices = "pending|generating|ready|failed|cancelled|expired"}},
    {"run_id", Type::uuid, "The run that makes it.", kMaybe},
    {"requested_by", Type::text, "Who asked for it."},
    {"bytes", Type::integer, "How large the file is.", kMaybe},
    {"sha256", Type::text, "The file's digest.", kMaybe},
    {"rows", Type::integer, "How many rows it has.", kMaybe},
    {"error", Type::text, "Why there is none.", kMaybe},
    {"created_at", Type::timestamp, "When it was asked for."},
    {"finished_at", Type::timestamp, "When it was ready, or failed.", kMaybe},
    {"expires_at", Type::timestamp, "Until when its file is kept.", kMaybe},
    {"subscription_id", Type::uuid, "The subscription it was made for.", kMaybe},
    {"layout", Type::object, "How its definition lays it out.", kMaybe},
    {"progress", Type::number, "How much of it is done, from 0 to 1.", kMaybe},
};

}  // namespace

constinit const kit::Shape kReport{
    "Report", kReportFields,
    R"({"id":"@reports","name":"Jobs in March","report_type":"job_summary","parameters":{},"export_format":"XLSX","status":"ready","run_id":"@runs",
"requested_by":"token","bytes":48213,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","rows":412,"error":null,
"created_at":"2026-03-02T09:30:00.123456+00:00","finished_at":"2026-03-02T09:30:01.871203+00:00","expires_at":"2026-04-01T09:30:01.871203+00:00","subscription_id":null,"layout":null,"progress":1})"};

/// In capitals or not.
std::string check_format(const json::value& value) {
    const auto format = capitals(std::string(value.as_string()));
    for (const auto* one : {"CSV", "JSON", "XLSX", "PDF", "HTML"})
        if (format == one) return {};
    return "expected CSV, JSON, XLSX, PDF or HTML, got \"" + std::string(value.as_string()) + '"';
}

core::http::Response asked(const kit::Services& services, const kit::Caller& caller, domain::reports::Asked what) {
    what.export_format = capitals(std::move(what.export_format));
    what.organization = caller.organization;
    what.by = {.actor = caller.actor, .user = caller.user, .permissions = caller.permissions};
    auto lease = services.pool.acquire();
    core::pg::Transaction tx(lease, kit::scope_of(caller));
    const auto report = domain::reports::ask(tx, std::move(what));
    const auto shown = tx.run(sql::report_show, report.id, caller.organization, nullptr);
    tx.commit();
    services.engine.wake({report.run.queue});
    auto response = core::http::text_response(202, std::string(shown.text(0, 0)));
    response.headers.emplace_back("Location", "/api/v1/reports/" + report.id);
    return response;
}

}  // namespace nightshift::api::reports
