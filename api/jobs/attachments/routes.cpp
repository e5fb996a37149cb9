#include <algorithm>

#include "api/jobs/attachments/attachments.h"
#include "api/jobs/attachments/resource.h"
#include "api/jobs/jobs.h"
#include "api/kit/file_answer.h"
#include "api/kit/headers.h"
#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/files/media_type.h"
#include "core/http/multipart.h"
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
using kit::Caller;
namespace json = core::json;
namespace sql = domain::attachments::sql;
using std::chrono::system_clock;

constexpr core::schema::Field kPresigned[] = {
    {"job_id", Type::uuid, "The job the file is for.", {.required = true}},
    {"filename", Type::text, "What to call it.", {.min = 1, .max = 255, .required = true}},
    {"content_type", Type::text, "Taken for compatibility; the content says what it is.", {.max = 255}},
    {"size", Type::integer, "How many bytes it has.", {.min = 1, .max = 1099511627776, .required = true}},
};

constexpr core::schema::Field kFileName[] = {
    {"filename", Type::text, "What to call it, when the body is the file itself."}};
constexpr core::schema::Field kSignature[] = {
    {"expires", Type::integer, "Until when the address is good."},
    {"signature", Type::text, "What makes it good."},
};
constexpr core::schema::Field kDownloadFields[] = {
    {"url", Type::text, "The address, of this daemon."},
    {"method", Type::text, "GET"},
    {"expires_at", Type::timestamp, "Until when it is good."},
};
constexpr core::schema::Field kUploadFields[] = {
    {"upload_url", Type::text, "The address, of this daemon."},
    {"method", Type::text, "PUT"},
    {"headers", Type::object, "What to send with it."},
    {"storage_key", Type::text, "What to say when the file is there."},
    {"expires_at", Type::timestamp, "Until when it is good."},
};

struct Sent {
    std::string filename, job;
    std::string_view bytes;
};

/// One file: a form's, or the body as it is with its name in ?filename= or Content-Disposition.
Sent sent_file(const Request& request) {
    const auto content_type = request.combined("content-type");
    if (!core::http::is_multipart(content_type)) {
        const auto name = request.argument("filename");
        return {name ? std::string(*name) : core::http::filename_of(request.combined("content-disposition")),
                std::string(request.argument("job_id").value_or("")), request.body};
    }
    Sent sent;
    bool is_there = false;
    for (const auto& part : core::http::parts_of(content_type, request.body)) {
        if (!part.filename) {
            if (part.name == "job_id" || part.name == "ticket_id") sent.job = std::string(part.body);
            continue;
        }
        if (is_there) throw Error(Code::validation, "file: expected one, got several; send one request each");
        is_there = true;
        sent.filename = *part.filename;
        sent.bytes = part.body;
    }
    if (!is_there) throw Error(Code::validation, "file: is required, as a part of the form that has a filename");
    return sent;
}

/// The bytes are on disk before there is a row that names them; a process that dies between leaves a file for the
/// sweep.
Response keep(Desk& desk, const Caller& caller, const Sent& sent, const std::string& job) {
    const auto may_be_taken = [&] {
        auto lease = desk.services.pool.acquire();
        Transaction tx(lease, kit::scope_of(caller));
        require_job(tx, caller, job);
        domain::attachments::require_room(tx, desk.rules, caller.organization, job, sent.bytes.size());
    };
    may_be_taken();
    Kept file{.job = job, .filename = domain::attachments::plain_name(sent.filename), .size = sent.bytes.size()};
    file.examined = domain::attachments::examine(desk.rules, sent.bytes, file.filename);
    file.key = desk.vault.keep(sent.bytes);
    core::fail_point("attachment.kept");
    const auto id = core::time::uuid7();
    try {
        auto lease = desk.services.pool.acquire();
        Transaction tx(lease, kit::scope_of(caller));
        const auto shown = attach(tx, desk, caller, id, file);
        tx.commit();
        auto response = kit::shown_response(201, shown);
        response.headers.emplace_back("Location", "/api/v1/attachments/" + id);
        return response;
    } catch (const Error& problem) {
        if (problem.code() != Code::unknown_outcome) desk.vault.remove(file.key);  // else the sweep finds out
        throw;
    }
}

Response upload(Desk& desk, const Request& request, const Caller& caller) {
    return keep(desk, caller, sent_file(request), request.parameter("id"));
}

/// A file with its job beside it, or what was sent to a signed address before.
Response upload_anywhere(Desk& desk, const Request& request, const Caller& caller) {
    if (kit::is_json(request.combined("content-type"))) return attach_upload(desk, request, caller);
    const auto sent = sent_file(request);
    if (!core::time::is_uuid(sent.job))
        throw Error(Code::validation, "job_id: expected the id of a job", R"({"fields":{"job_id":"expected a uuid"}})");
    return keep(desk, caller, sent, sent.job);
}

Response list_of_job(Desk& desk, const Request& request, const Caller& caller) {
    {
        auto lease = desk.services.pool.acquire();
        Transaction tx(lease, kit::scope_of(caller));
        kit::show(tx, kJobs, caller, request.parameter("id"));
    }
    return kit::list(desk.services.pool, kAttachments, request, caller, "r.job_id = $3::uuid",
                     {request.parameter("id")});
}

Response file_of(Desk& desk, const Request& request, const core::pg::Value& organization) {
    const auto rows = core::pg::once(desk.services.pool, sql::find, request.parameter("id"), organization);
    if (rows.empty()) throw Error(Code::not_found, "no such attachment: " + request.parameter("id"));
    const std::string type(rows.text(0, 2));
    return kit::file_answer(request, {.path = desk.vault.path_of(std::string(rows.text(0, 0))),
                                      .name = std::string(rows.text(0, 1)),
                                      .content_type = type.starts_with("text/") ? type + "; charset=utf-8" : type,
                                      .tag = std::string(rows.text(0, 4)),
                                      .size = static_cast<std::uint64_t>(rows.number(0, 3)),
                                      .is_shown = core::files::is_harmless(type)});
}

void require_visible(Desk& desk, const Request& request, const Caller& caller) {
    auto lease = desk.services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    kit::show(tx, kAttachments, caller, request.parameter("id"));
}

Response download(Desk& desk, const Request& request, const Caller& caller) {
    require_visible(desk, request, caller);
    return file_of(desk, request, caller.organization);
}

Response download_address(Desk& desk, const Request& request, const Caller& caller) {
    require_visible(desk, request, caller);
    const auto expires_at = system_clock::now() + desk.rules.url_lifetime;
    const auto address =
        desk.addresses().sign("download", "/api/v1/attachments/" + request.parameter("id") + "/file", expires_at);
    return core::http::json_response(
        200, {{"url", address}, {"method", "GET"}, {"expires_at", core::time::rfc3339(expires_at)}});
}

Response signed_file(Desk& desk, const Request& request) {
    desk.addresses().require("download", request, system_clock::now());
    return file_of(desk, request, nullptr);
}

/// Its bytes go at once, not at the next sweep.
kit::Route removing_bytes(kit::Route route, const std::shared_ptr<Desk>& desk) {
    route.handle = [desk, remove = std::move(route.handle)](const Request& request, const Caller& caller,
                                                            json::object& body) {
        const auto rows = core::pg::once(desk->services.pool, sql::find, request.parameter("id"), caller.organization);
        auto response = remove(request, caller, body);
        if (!rows.empty()) desk->vault.remove(std::string(rows.text(0, 0)));
        return response;
    };
    return route;
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto desk = std::make_shared<Desk>(services);
    const auto known = [&desk](auto function) {
        return [desk, function](const Request& request, const Caller& caller, json::object&) {
            return function(*desk, request, caller);
        };
    };
    const auto open = [&desk](auto function) {
        return
            [desk, function](const Request& request, const Caller&, json::object&) { return function(*desk, request); };
    };
    std::vector<kit::Route> routes{
        {"POST",
         "/api/v1/jobs/{id}/attachments",
         "attachment.create",
         "Adds a file to a job: a form with one file, or the file itself with ?filename=.",
         {},
         known(upload),
         {.status = 201, .rows = &kAttachments},
         kit::kNothing,
         kFileName,
         "uploadJobAttachment",
         {},
         true},
        {"GET",
         "/api/v1/jobs/{id}/attachments",
         "job.view",
         "The files of a job.",
         {},
         known(list_of_job),
         {.rows = &kAttachments, .is_list = true},
         kit::kPages | kit::kListing,
         {},
         {}},
        {"GET",
         "/api/v1/attachments/job/{id}",
         "job.view",
         "The files of a job.",
         {},
         known(list_of_job),
         {.rows = &kAttachments, .is_list = true},
         kit::kPages | kit::kListing,
         {},
         "listAttachmentsOfJob"},
        {"GET",
         "/api/v1/attachments/ticket/{id}",
         "job.view",
         "The files of a ticket.",
         {},
         known(list_of_job),
         {.rows = &kAttachments, .is_list = true},
         kit::kPages | kit::kListing,
         {},
         "listAttachmentsOfTicket"},
        {"POST",
         "/api/v1/attachments",
         "attachment.create",
         "Adds a file: a form with one file and job_id, or {storage_key, job_id} of one that was sent to a signed "
         "address.",
         {},
         known(upload_anywhere),
         {.status = 201, .rows = &kAttachments},
         kit::kNothing,
         kFileName,
         "uploadAttachment",
         {},
         true},
        {"POST",
         "/api/v1/attachments/presigned-url",
         "attachment.create",
         "An address that takes one file for a while, without a token.",
         kPresigned,
         [desk](const Request&, const Caller& caller, json::object& body) { return give_upload(*desk, caller, body); },
         {.shape = {"UploadAddress", kUploadFields}},
         kit::kNothing,
         {},
         "presignUpload",
         R"({"job_id": "@jobs", "filename": "pump.txt", "content_type": "text/plain", "size": 19})"},
        {"PUT",
         "/api/v1/attachments/upload/{key}",
         "",
         "Takes the file of a signed address.",
         {},
         open(take_upload),
         {.status = 204},
         kit::kNothing,
         {},
         "sendUpload",
         {},
         true},
        {"GET",
         "/api/v1/attachments/{id}/download",
         "job.view",
         "The file.",
         {},
         known(download),
         {.also = 206, .media_type = "*/*"},
         kit::kIfNoneMatch | kit::kRange,
         {},
         "downloadAttachment"},
        {"GET",
         "/api/v1/attachments/{id}/download-url",
         "job.view",
         "An address that gives the file for a while, without a token.",
         {},
         known(download_address),
         {.shape = {"DownloadAddress", kDownloadFields}},
         kit::kNothing,
         {},
         "presignDownload"},
        {"GET",
         "/api/v1/attachments/{id}/file",
         "",
         "The file of a signed address.",
         {},
         open(signed_file),
         {.also = 206, .media_type = "*/*"},
         kit::kIfNoneMatch | kit::kRange,
         kSignature,
         "getAttachmentFile"},
    };
    for (auto& route : kit::routes_of(kAttachments, services))
        routes.push_back(route.method == "DELETE" ? removing_bytes(std::move(route), desk) : std::move(route));
    return routes;
}

}  // namespace nightshift::api::jobs::attachments
