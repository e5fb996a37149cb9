#include "workers/maintenance/report_cleanup.h"

#include <filesystem>
#include <map>
#include <optional>

#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/time/time.h"
#include "domain/reports/sql.h"

namespace nightshift::workers::maintenance::report_cleanup {
namespace {

namespace fs = std::filesystem;
namespace json = core::json;
namespace sql = domain::reports::sql;
constexpr int kBatch = 500;
constexpr std::size_t kIdLength = 36;

class Broom {
public:
    Broom(queue::Run& run, fs::path folder, bool is_dry) : run_(run), folder_(std::move(folder)), is_dry_(is_dry) {}

    /// Rows first. False: asked to stop.
    bool expire() {
        for (std::size_t batch = kBatch; batch == kBatch; expired_ += batch) {
            if (run_.stop().stop_requested()) return false;
            batch = core::pg::once(run_.pool(), sql::report_expire, run_.organization(), run_.now(), kBatch).affected();
            core::fail_point("report.expired");
        }
        return true;
    }
    /// Then their files, a batch in a transaction: what was taken away and not yet forgotten is looked for once more.
    bool sweep_rows() {
        std::string after = "00000000-0000-0000-0000-000000000000";
        for (std::size_t batch = kBatch; batch == kBatch;) {
            if (run_.stop().stop_requested()) return false;
            auto lease = run_.pool().acquire();
            core::pg::Transaction tx(lease, scope());
            const auto rows = tx.run(sql::report_left, run_.organization(), after, kBatch);
            std::vector<std::string> gone;
            for (std::size_t i = 0; i < rows.size(); ++i)
                if (take(folder_ / fs::path(rows.text(i, 1)).filename(), static_cast<std::uint64_t>(rows.number(i, 2))))
                    gone.emplace_back(rows.text(i, 0));
            core::fail_point("report.removed");
            if (!gone.empty()) tx.run(sql::report_forget_files, gone);
            tx.commit();
            batch = rows.size();
            if (batch > 0) after = rows.text(batch - 1, 0);
            run_.progress(0.5, std::to_string(removed_) + " files removed");
        }
        return true;
    }
    /// Then what no row knows. A name of ours begins with a report's id: anything else in the folder is somebody's own.
    bool sweep_folder(std::chrono::seconds age) {
        const auto before = fs::file_time_type::clock::now() - age;
        std::multimap<std::string, fs::path> found;  // by report
        for (const auto& file : fs::directory_iterator(folder_)) {
            if (run_.stop().stop_requested()) return false;
            std::error_code gone;
            const auto name = file.path().filename().string();
            if (name.size() <= kIdLength || !core::time::is_uuid(name.substr(0, kIdLength)) || name[kIdLength] != '-')
                continue;
            if (const auto written = file.last_write_time(gone); gone || written > before) continue;
            found.emplace(name.substr(0, kIdLength), file.path());
            if (found.size() == kBatch) settle(found);
        }
        settle(found);
        return true;
    }
    void say_what_would() {
        const auto rows = core::pg::once(run_.pool(), sql::report_cleanup_would, run_.organization(), run_.now());
        expired_ = static_cast<std::uint64_t>(rows.number(0, 0));
        removed_ = static_cast<std::uint64_t>(rows.number(0, 1));
        bytes_ = static_cast<std::uint64_t>(rows.number(0, 2));
    }
    json::object told() const {
        return {{"dry_run", is_dry_}, {"expired", expired_}, {"removed", removed_},
                {"bytes", bytes_},    {"orphans", orphans_}, {"kept", kept_}};
    }

private:
    core::pg::Scope scope() const { return {.actor = "run:" + run_.id(), .organization = run_.organization()}; }
    /// True: there is none any more.
    bool take(const fs::path& path, std::uint64_t bytes) {
        std::error_code failure;
        if (fs::remove(path, failure)) {
            ++removed_;
            bytes_ += bytes;
        }
        if (!failure) return true;
        ++kept_;
        core::log::warn("report.file_kept", {{"file", path.filename().string()}, {"error", failure.message()}});
        return false;
    }
    void settle(std::multimap<std::string, fs::path>& found) {
        std::vector<std::string> ids;
        for (const auto& [id, path] : found)
            if (ids.empty() || ids.back() != id) ids.push_back(id);
        auto lease = run_.pool().acquire();
        core::pg::Transaction tx(lease, scope());
        std::map<std::string, std::optional<std::string>, std::less<>> named;  // nothing: somebody is at that report
        const auto rows = tx.run(sql::report_named, ids);
        for (std::size_t i = 0; i < rows.size(); ++i)
            named.emplace(rows.text(i, 0),
                          rows.flag(i, 2) ? std::optional(std::string(rows.text(i, 1))) : std::nullopt);
        for (const auto& [id, path] : found) {
            const auto row = named.find(id);
            if (row != named.end() && (!row->second || *row->second == path.filename().string())) continue;
            std::error_code failure;
            if (is_dry_ || fs::remove(path, failure)) ++orphans_;
        }
        found.clear();
    }

    queue::Run& run_;
    fs::path folder_;
    bool is_dry_;
    std::uint64_t expired_ = 0, removed_ = 0, bytes_ = 0, orphans_ = 0, kept_ = 0;
};

}  // namespace

queue::Outcome work(const json::object& args, queue::Run& run) {
    const auto setting = run.setting("reports.folder");
    if (!setting.is_string()) return queue::Permanent{"E_CONFIGURATION", "reports.folder: is not set"};
    const fs::path folder(std::string_view(setting.as_string()));
    std::error_code unknown;
    // Where the folder is not, its files can't be taken away, and no row may forget them.
    if (!fs::is_directory(folder, unknown)) return queue::Retry{"folder", "reports.folder: there is none here"};
    const auto& age = args.at("older_than");
    const auto seconds =
        core::schema::duration_seconds(age.is_string() ? std::string(age.as_string()) : json::text(age));
    Broom broom(run, folder, is_dry(args));
    try {
        if (is_dry(args))
            broom.say_what_would();
        else if (!broom.expire() || !broom.sweep_rows())
            return queue::Cancelled{};
        if (!broom.sweep_folder(std::chrono::seconds(static_cast<std::int64_t>(seconds)))) return queue::Cancelled{};
    } catch (const fs::filesystem_error& problem) {
        return queue::Retry{"folder", "the report folder can't be used: " + problem.code().message()};
    }
    return queue::Done{broom.told()};
}

}  // namespace nightshift::workers::maintenance::report_cleanup
