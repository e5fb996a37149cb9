#include "workers/maintenance/attachment_cleanup.h"

#include <map>

#include "core/files/vault.h"
#include "domain/attachments/files.h"
#include "domain/attachments/sql.h"

namespace nightshift::workers::maintenance::attachment_cleanup {
namespace {

namespace fs = std::filesystem;

/// Looks the keys up, and takes those files away that nobody counts on.
class Broom {
public:
    Broom(queue::Run& run, const core::files::Vault& vault, bool is_dry) : run_(run), vault_(vault), is_dry_(is_dry) {}
    void look_at(const std::string& key, const fs::path& path) {
        ++seen_;
        if (key.empty()) return take(path);  // never finished
        waiting_.emplace(key, path);
        constexpr std::size_t kBatch = 500;
        if (waiting_.size() >= kBatch) settle();
    }
    void settle() {
        std::vector<std::string> keys;
        for (const auto& [key, path] : waiting_) keys.push_back(key);
        const auto rows = core::pg::once(run_.pool(), domain::attachments::sql::known_keys, keys);
        for (std::size_t i = 0; i < rows.size(); ++i) waiting_.erase(std::string(rows.text(i, 0)));
        for (const auto& [key, path] : waiting_) {
            if (!is_dry_) vault_.remove(key);
            ++removed_;
        }
        waiting_.clear();
        run_.progress(0.5, std::to_string(seen_) + " files seen");
    }
    core::json::object told() const { return {{"dry_run", is_dry_}, {"seen", seen_}, {"removed", removed_}}; }

private:
    void take(const fs::path& path) {
        std::error_code failure;
        if (is_dry_ || fs::remove(path, failure)) ++removed_;
    }

    queue::Run& run_;
    const core::files::Vault& vault_;
    bool is_dry_;
    std::map<std::string, fs::path> waiting_;
    std::uint64_t seen_ = 0, removed_ = 0;
};

}  // namespace

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto folder = run.setting("attachments.folder");
    if (!folder.is_string()) return queue::Permanent{"E_CONFIGURATION", "attachments.folder: is not set"};
    const auto& age = args.at("older_than");
    const auto seconds =
        core::schema::duration_seconds(age.is_string() ? std::string(age.as_string()) : core::json::text(age));
    const auto vault = domain::attachments::vault_of(
        domain::attachments::settings_from([&run](std::string_view path) { return run.setting(path); }));
    const std::chrono::seconds long_ago(static_cast<std::int64_t>(seconds));
    Broom broom(run, vault, is_dry(args));
    vault.each_older(long_ago, [&](const auto& key, const auto& path) {
        if (!run.stop().stop_requested()) broom.look_at(key, path);
    });
    if (run.stop().stop_requested()) return queue::Cancelled{};
    broom.settle();
    auto told = broom.told();
    told["copies"] = is_dry(args) ? vault.count_copies(long_ago) : vault.drop_copies(long_ago);
    return queue::Done{std::move(told)};
}

}  // namespace nightshift::workers::maintenance::attachment_cleanup
