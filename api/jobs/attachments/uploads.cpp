// Uploads in three steps (TICK-33, TICK-34): leave to upload, the bytes to a signed address, the record.
#include "api/jobs/attachments/resource.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/attachments/sql.h"

namespace nightshift::api::jobs::attachments {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Type;
using std::chrono::system_clock;
namespace json = core::json;
namespace sql = domain::attachments::sql;

constexpr core::schema::Field kRecord[] = {
    {"job_id", Type::uuid, "The job it is for, as it was named before.", {}},
    {"ticket_id", Type::uuid, "The same, for a ticket.", {}},
    {"storage_key", Type::text, "What the signed address came with.", {.min = 1, .max = 64, .required = true}},
    {"filename", Type::text, "Taken when it is as before.", {.max = 255}},
    {"content_type", Type::text, "Taken for compatibility; the content says what it is.", {.max = 255}},
    {"size", Type::integer, "Taken when as many bytes came.", {.min = 0}},
};

[[noreturn]] void nothing_came() {
    throw Error(Code::conflict,
                "storage_key: nothing was uploaded under it for this job by you, or it is attached already");
}

}  // namespace

Response give_upload(Desk& desk, const kit::Caller& caller, json::object& body) {
    const auto job = json::text_in(body, "job_id");
    const auto size = static_cast<std::uint64_t>(body.at("size").to_number<std::int64_t>());
    if (size > desk.rules.max_file)
        throw Error(Code::too_large, "size: a file may have " + std::to_string(desk.rules.max_file) + " bytes");
    const auto key = core::files::Vault::new_key();
    const auto expires_at = system_clock::now() + desk.rules.url_lifetime;
    auto lease = desk.services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    require_job(tx, caller, job);
    domain::attachments::require_room(tx, desk.rules, caller.organization, job, size);
    tx.run(sql::upload_forget);
    tx.run(sql::sweep_begin, caller.organization);
    tx.run(sql::upload_give, key, caller.organization, job, caller.user,
           domain::attachments::plain_name(json::text_in(body, "filename")), size,
           static_cast<double>(desk.rules.url_lifetime.count()));
    tx.commit();
    const auto address = desk.addresses().sign("upload", "/api/v1/attachments/upload/" + key, expires_at);
    return core::http::json_response(200, {{"upload_url", address},
                                           {"method", "PUT"},
                                           {"headers", json::object{}},
                                           {"storage_key", key},
                                           {"expires_at", core::time::rfc3339(expires_at)}});
}

Response take_upload(Desk& desk, const Request& request) {
    desk.addresses().require("upload", request, system_clock::now());
    const auto& key = request.parameter("key");
    const auto rows = core::pg::once(desk.services.pool, sql::upload_find, key);
    if (rows.empty()) throw Error(Code::forbidden, "signature: this address was used already, or is no longer valid");
    if (static_cast<std::uint64_t>(rows.number(0, 0)) != request.body.size())
        throw Error(Code::rule, "body: expected " + std::string(rows.text(0, 0)) + " bytes as announced, got " +
                                    std::to_string(request.body.size()));
    const auto examined = domain::attachments::examine(desk.rules, request.body, std::string(rows.text(0, 1)));
    const auto file = desk.vault.keep(request.body);
    const auto noted = core::pg::once(desk.services.pool, sql::upload_received, key, request.body.size(),
                                      examined.sha256, examined.content_type, examined.scan_state, file);
    desk.vault.remove(noted.empty() ? file : std::string(noted.text(0, 0)));
    if (noted.empty()) throw Error(Code::forbidden, "signature: this address was used already, or is no longer valid");
    return {.status = 204, .content_type = {}};
}

Response attach_upload(Desk& desk, const Request& request, const kit::Caller& caller) {
    auto body = json::parse_object(request.body);
    core::schema::require(kRecord, body);
    auto job = json::text_in(body, "job_id");
    if (job.empty()) job = json::text_in(body, "ticket_id");
    if (job.empty()) throw Error(Code::validation, "job_id: is required", R"({"fields":{"job_id":"is required"}})");
    const auto key = json::text_in(body, "storage_key");
    auto lease = desk.services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    require_job(tx, caller, job);
    const auto rows = tx.run(sql::upload_spend, key, caller.organization, job, caller.user);
    if (rows.empty()) nothing_came();
    const auto size = static_cast<std::uint64_t>(rows.number(0, 1));
    if (const auto* given = body.if_contains("size");
        given != nullptr && given->is_number() && static_cast<std::uint64_t>(given->to_number<std::int64_t>()) != size)
        throw Error(Code::rule, "size: " + std::string(rows.text(0, 1)) + " bytes came",
                    R"({"fields":{"size":"is not what came"}})");
    const auto id = core::time::uuid7();
    const auto shown = attach(
        tx, desk, caller, id,
        {.job = job,
         .filename = std::string(rows.text(0, 0)),
         .key = std::string(rows.text(0, 5)),
         .size = size,
         .examined = {std::string(rows.text(0, 3)), std::string(rows.text(0, 2)), std::string(rows.text(0, 4))}});
    tx.commit();
    auto response = kit::shown_response(201, shown);
    response.headers.emplace_back("Location", "/api/v1/attachments/" + id);
    return response;
}

}  // namespace nightshift::api::jobs::attachments
