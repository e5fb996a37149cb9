#include "workers/reports/generate.h"

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "domain/reports/report_type.h"
#include "domain/reports/sql.h"

namespace nightshift::workers::reports {
namespace {

namespace sql = domain::reports::sql;
using core::pg::Transaction;

struct Asked {
    std::string id, name, type, format;
    core::json::object parameters;
};

/// Nothing when the report was deleted or is made already.
std::optional<Asked> begin(queue::Run& run, const std::string& id) {
    const auto rows = core::pg::once(run.pool(), sql::report_begin, id, run.organization());
    if (rows.empty()) return std::nullopt;
    return Asked{id, std::string(rows.text(0, 0)), std::string(rows.text(0, 1)), std::string(rows.text(0, 3)),
                 core::json::parse_object(rows.text(0, 2))};
}

std::string extension(const std::string& format) {
    return format == "CSV" ? ".csv" : format == "JSON" ? ".json" : format == "XLSX" ? ".xlsx" : ".pdf";
}

domain::reports::Written make(queue::Run& run, const Asked& asked, const std::string& path) {
    auto lease = run.pool().acquire();
    Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization(), .read_only = true});
    return domain::reports::write(tx, domain::reports::require_report_type(asked.type), run.organization(),
                                  asked.parameters, asked.name, asked.format, path,
                                  [&](std::size_t done, std::size_t of) {
                                      run.progress(of == 0 ? 0 : static_cast<double>(done) / static_cast<double>(of),
                                                   std::to_string(done) + " rows");
                                      core::fail_point("file.half");
                                      return !run.stop().stop_requested();
                                  });
}

void tell_failure(queue::Run& run, const std::string& id, const char* status, const std::string& why) {
    core::pg::once(run.pool(), sql::report_failed, id, status, why);
}

}  // namespace

queue::Outcome generate(const core::json::object& args, queue::Run& run) {
    const std::string id(args.at("report_id").as_string());
    const auto asked = begin(run, id);
    if (!asked) return queue::Done{{{"skipped", "the report is gone or was made already"}}};
    const auto folder = run.setting("reports.folder");
    const auto file = id + extension(asked->format);
    try {
        core::files::FileAside aside(std::string(folder.as_string()) + "/" + file);
        const auto written = make(run, *asked, aside.path());
        if (!written.complete) {
            tell_failure(run, id, "cancelled", "it was stopped before it was done");
            return queue::Cancelled{};
        }
        const auto facts = aside.keep();
        run.transaction().run(sql::report_ready, id, file, facts.bytes, facts.sha256, written.rows);
        return queue::Done{{{"rows", written.rows}, {"bytes", facts.bytes}}};
    } catch (const core::Error& problem) {
        tell_failure(run, id, "failed", problem.what());
        if (problem.again()) throw;
        return queue::Retry{std::string(problem.name()), problem.what()};
    }
}

}  // namespace nightshift::workers::reports
