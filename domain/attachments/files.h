// The rules for files of jobs: how large, of what type, under what name, free of viruses. SPEC 2, Attachments.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/vault.h"
#include "core/json/json.h"
#include "core/pg/pg.h"

namespace nightshift::domain::attachments {

struct Settings {
    std::string folder;
    core::files::BucketSettings bucket = {};  ///< with a name: files are kept there
    std::uint64_t max_file = 10UL << 20U, max_job = 50UL << 20U;
    std::vector<std::string> types;  ///< "image/*", "application/pdf": what is taken
    std::string scanner;             ///< where clamd is; "": nobody looks
    std::chrono::milliseconds scan_limit{30000};
    bool accept_unscanned = false;  ///< when the scanner gives no verdict
    std::string url_key;            ///< "": one of our own
    std::chrono::seconds url_lifetime{300};
};
/// From the daemon's configuration, section `attachments`.
Settings settings_from(const std::function<core::json::value(std::string_view)>& setting);

core::files::Vault vault_of(const Settings& settings);

/// A file as it came, found fit to keep.
struct Examined {
    std::string content_type, sha256, scan_state;
};
/// Throws Error(too_large), Error(unsupported_media) or Error(rule) saying why these bytes are not taken, and
/// Error(unavailable) when they must be scanned and nobody can.
Examined examine(const Settings& settings, std::string_view bytes, const std::string& name);

/// The last part of a path, without what could deceive a reader; "file" where nothing is left.
std::string plain_name(std::string_view given);

/// Throws Error(too_large) when a job has no room for so many more bytes. Hold the job's lock for an answer that lasts.
void require_room(core::pg::Transaction& tx, const Settings& settings, const std::string& organization,
                  const std::string& job, std::uint64_t more);

}  // namespace nightshift::domain::attachments
