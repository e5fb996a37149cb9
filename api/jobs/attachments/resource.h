// The resource of attachments, and what its routes share.
#pragma once

#include <mutex>
#include <string>

#include "api/kit/resource.h"
#include "core/files/vault.h"
#include "domain/attachments/files.h"
#include "domain/attachments/signed_address.h"

namespace nightshift::api::jobs::attachments {

extern const kit::Resource kAttachments;

/// What the routes need beside the services. Any thread.
struct Desk {
    explicit Desk(const kit::Services& all)
        : services(all),
          rules(domain::attachments::settings_from(all.setting)),
          vault(domain::attachments::vault_of(rules)) {}

    /// The key is looked for at first use: a program that only describes its routes has no database.
    domain::attachments::SignedAddress addresses();

    const kit::Services& services;
    const domain::attachments::Settings rules;
    const core::files::Vault vault;

private:
    std::mutex mutex_;  // guards key_
    std::string key_;
};

/// Throws Error(not_found) for a job the caller does not see, Error(forbidden) for one they may add no files to.
void require_job(core::pg::Transaction& tx, const kit::Caller& caller, const std::string& job);

/// A file that is in the vault, attached to a job.
struct Kept {
    std::string job, filename, key;
    std::uint64_t size = 0;
    domain::attachments::Examined examined;
};
/// Under the job's lock, so that its files never have more bytes than they may. Tells whom the job concerns.
kit::Shown attach(core::pg::Transaction& tx, Desk& desk, const kit::Caller& caller, const std::string& id,
                  const Kept& file);

/// POST /attachments/presigned-url, PUT to what it gives, and POST /attachments with what that brought.
core::http::Response give_upload(Desk& desk, const kit::Caller& caller, core::json::object& body);
core::http::Response take_upload(Desk& desk, const core::http::Request& request);
core::http::Response attach_upload(Desk& desk, const core::http::Request& request, const kit::Caller& caller);

}  // namespace nightshift::api::jobs::attachments
