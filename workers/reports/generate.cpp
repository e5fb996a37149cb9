#include "workers/reports/generate.h"

#include <filesystem>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "domain/reports/sql.h"
#include "domain/reports/subscriptions.h"
#include "domain/reports/write.h"

namespace nightshift::workers::reports {
namespace {

namespace sql = domain::reports::sql;
namespace fs = std::filesystem;
using core::pg::Transaction;

struct Begun {
    domain::reports::Question question;
    std::string file;
};

/// In the sight of who asked, as it is now.
domain::reports::Question question_of(Transaction& tx, const queue::Run& run, const core::pg::Result& row) {
    const auto& type = domain::reports::require_report_type(row.text(0, 1));
    auto sight = domain::reports::sight_of(tx, type, run.organization(), std::string(row.text(0, 5)),
                                           core::json::texts(core::json::parse(row.text(0, 6))));
    if (sight.reach.empty())
        throw core::Error(core::Code::forbidden, "who asked for this report may not see it any more");
    return {.type = type,
            .organization = run.organization(),
            .sight = std::move(sight),
            .parameters = core::json::parse_object(row.text(0, 2)),
            .title = std::string(row.text(0, 0)),
            .format = std::string(row.text(0, 3)),
            .as_of = run.now(),
            .layout = row.is_null(0, 7) ? core::json::object{} : core::json::parse_object(row.text(0, 7))};
}

/// Nothing when the report was deleted or is made already, or another attempt has taken over. Removes what the attempt
/// before us may have left: while the rows are locked, nobody else can give a file its name.
std::optional<Begun> begin(queue::Run& run, const std::string& id, const fs::path& folder) {
    auto lease = run.pool().acquire();
    Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization()});
    const auto rows = tx.run(sql::report_begin, id, run.id(), run.epoch(), run.organization());
    if (rows.empty()) return std::nullopt;
    std::error_code ignored;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto left = rows.text(i, 4); !left.empty()) fs::remove(folder / left, ignored);
    auto question = question_of(tx, run, rows);
    const auto file = id + "-" + std::to_string(run.epoch()) + core::files::extension(question.format);
    tx.commit();
    return Begun{std::move(question), file};
}

domain::reports::Written make(queue::Run& run, const Begun& begun, const std::string& path) {
    auto lease = run.pool().acquire();
    Transaction tx(lease, {.actor = "run:" + run.id(), .organization = run.organization(), .read_only = true});
    return domain::reports::write(tx, begun.question, path, [&](std::size_t done, std::size_t of) {
        run.progress(of == 0 ? 0 : static_cast<double>(done) / static_cast<double>(of), std::to_string(done) + " rows");
        core::fail_point("file.half");
        return !run.stop().stop_requested();
    });
}

/// A courtesy to who looks at the report before the next attempt.
void tell_waiting(queue::Run& run, const core::pg::Value& why) {
    try {
        core::pg::once(run.pool(), sql::report_waits, run.id(), why);
    } catch (const std::exception& problem) {
        core::log::warn("report.not_told", {{"run", run.id()}, {"error", problem.what()}});
    }
}

/// One file, under the name that each of the reports has for it: they are deleted one by one.
void name_files(core::files::FileAside& aside, const core::pg::Result& reports, const fs::path& folder) {
    for (std::size_t i = 0; i < reports.size(); ++i) {
        aside.keep_as((folder / reports.text(i, 0)).string());
        core::fail_point("report.after_keep");
    }
}

/// In the transaction that makes them ready: whoever is told of one finds it.
void deliver(Transaction& tx, const std::string& organization, const core::pg::Result& reports) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < reports.size(); ++i) ids.emplace_back(reports.text(i, 1));
    domain::reports::deliver(tx, organization, ids);
}

int days_kept(const queue::Run& run) {
    const auto days = run.setting("retention.reports_days");
    constexpr int kUsual = 30;
    return days.is_number() ? days.to_number<int>() : kUsual;
}

queue::Outcome generate_file(queue::Run& run, const Begun& begun, const fs::path& folder) {
    core::files::FileAside aside((folder / begun.file).string());
    const auto written = make(run, begun, aside.path());
    if (!written.complete) {
        tell_waiting(run, nullptr);
        return queue::Cancelled{};
    }
    const auto facts = aside.facts();
    core::fail_point("report.before_ready");
    auto& tx = run.transaction();
    const auto held = tx.run(sql::report_hold, run.id(), run.epoch());
    if (held.empty()) return queue::Done{{{"skipped", "the report was deleted meanwhile"}}};
    const auto reports =
        tx.run(sql::report_ready, run.id(), run.epoch(), facts.bytes, facts.sha256, written.rows, days_kept(run));
    name_files(aside, reports, folder);
    deliver(tx, run.organization(), reports);
    return queue::Done{{{"rows", written.rows}, {"bytes", facts.bytes}, {"reports", reports.size()}}};
}

}  // namespace

queue::Outcome generate(const core::json::object& args, queue::Run& run) {
    const std::string id(args.at("report_id").as_string());
    const auto setting = run.setting("reports.folder");
    const fs::path folder(std::string_view(setting.as_string()));
    try {
        const auto begun = begin(run, id, folder);
        if (!begun) return queue::Done{{{"skipped", "the report is gone or was made already"}}};
        return generate_file(run, *begun, folder);
    } catch (const core::Error& problem) {
        tell_waiting(run, problem.what());
        if (problem.status() >= 400 && problem.status() < 500 && !problem.again())
            return queue::Permanent{std::string(problem.name()), problem.what()};
        return queue::Retry{std::string(problem.name()), problem.what()};
    } catch (const fs::filesystem_error& problem) {
        const auto why = "the report folder can't be used: " + problem.code().message();
        tell_waiting(run, why);
        return queue::Retry{"folder", why};
    }
}

}  // namespace nightshift::workers::reports
