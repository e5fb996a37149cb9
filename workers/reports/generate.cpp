#include "workers/reports/generate.h"

#include <filesystem>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "domain/reports/report_type.h"
#include "domain/reports/sql.h"

namespace nightshift::workers::reports {
namespace {

namespace sql = domain::reports::sql;
namespace fs = std::filesystem;
using core::pg::Transaction;

struct Asked {
    std::string id, name, type, format, file;
    core::json::object parameters;
};

/// Nothing when the report was deleted or is made already, or another attempt has taken over. Removes what the attempt
/// before us may have left: while the row is locked, nobody else can give a file its name.
std::optional<Asked> begin(queue::Run& run, const std::string& id, const fs::path& folder) {
    auto lease = run.pool().acquire();
    Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
    const auto rows = tx.run(sql::report_begin, id, run.organization(), run.id(), run.epoch(),
                             id + "-" + std::to_string(run.epoch()));
    if (rows.empty()) return std::nullopt;
    std::error_code ignored;
    if (const auto left = rows.text(0, 5); !left.empty()) fs::remove(folder / left, ignored);
    tx.commit();
    return Asked{id,
                 std::string(rows.text(0, 0)),
                 std::string(rows.text(0, 1)),
                 std::string(rows.text(0, 3)),
                 std::string(rows.text(0, 4)),
                 core::json::parse_object(rows.text(0, 2))};
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

/// A courtesy to who looks at the report before the next attempt.
void tell_waiting(queue::Run& run, const std::string& id, const core::pg::Value& why) {
    try {
        core::pg::once(run.pool(), sql::report_waits, id, run.id(), why);
    } catch (const std::exception& problem) {
        core::log::warn("report.not_told", {{"report", id}, {"error", problem.what()}});
    }
}

queue::Outcome generate_file(queue::Run& run, const Asked& asked, const fs::path& folder) {
    core::files::FileAside aside((folder / asked.file).string());
    const auto written = make(run, asked, aside.path());
    if (!written.complete) {
        tell_waiting(run, asked.id, nullptr);
        return queue::Cancelled{};
    }
    const auto facts = aside.facts();
    core::fail_point("report.before_ready");
    const auto ours = run.transaction().run(sql::report_ready, asked.id, run.id(), run.epoch(), asked.file, facts.bytes,
                                            facts.sha256, written.rows);
    if (ours.empty()) return queue::Done{{{"skipped", "the report was deleted meanwhile"}}};
    aside.keep();
    core::fail_point("report.after_keep");
    return queue::Done{{{"rows", written.rows}, {"bytes", facts.bytes}}};
}

}  // namespace

queue::Outcome generate(const core::json::object& args, queue::Run& run) {
    const std::string id(args.at("report_id").as_string());
    const auto setting = run.setting("reports.folder");
    const fs::path folder(std::string_view(setting.as_string()));
    const auto asked = begin(run, id, folder);
    if (!asked) return queue::Done{{{"skipped", "the report is gone or was made already"}}};
    try {
        return generate_file(run, *asked, folder);
    } catch (const core::Error& problem) {
        tell_waiting(run, id, problem.what());
        if (problem.code() == core::Code::rule || problem.code() == core::Code::validation)
            return queue::Permanent{std::string(problem.name()), problem.what()};
        return queue::Retry{std::string(problem.name()), problem.what()};
    } catch (const fs::filesystem_error& problem) {
        const auto why = "the report folder can't be used: " + problem.code().message();
        tell_waiting(run, id, why);
        return queue::Retry{"folder", why};
    }
}

}  // namespace nightshift::workers::reports
