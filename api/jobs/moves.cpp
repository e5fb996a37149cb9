#include "api/jobs/moves.h"

#include <algorithm>

#include "api/jobs/shapes.h"
#include "api/kit/resource.h"
#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/jobs/category.h"
#include "domain/jobs/sql.h"

namespace nightshift::api::jobs {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Transaction;
using core::schema::Field;
using core::schema::Type;
using kit::Caller;
using kit::Services;
namespace json = core::json;
namespace sql = domain::jobs::sql;

constexpr Field kNext[] = {{"to_status_ids",
                            Type::texts,
                            "The only statuses to move to from here; none: the matrix of categories counts again.",
                            {.max = 200, .required = true}}};

Response shown_moves(Transaction& tx, const Caller& caller, const std::string& status) {
    if (tx.run(sql::status_move, caller.organization, status, status).empty())
        throw Error(Code::not_found, "no such job status: " + status);
    const auto moves = moves_of(tx, caller.organization, status);
    return core::http::json_response(
        200, {{"job_status_id", status}, {"is_explicit", moves.is_explicit}, {"allowed", moves.shown()}});
}

Response show_moves(const Services& services, const Request& request, const Caller& caller, json::object&) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    return shown_moves(tx, caller, request.parameter("id"));
}

void add_move(Transaction& tx, const Caller& caller, const std::string& from, const std::string& to) {
    if (core::time::is_uuid(to) && !tx.run(sql::status_move_add, caller.organization, from, to).empty()) return;
    throw core::schema::wrong(Code::rule, "to_status_ids", "there is no other status to move to with the id " + to);
}

Response put_moves(const Services& services, const Request& request, const Caller& caller, json::object& body) {
    auto lease = services.pool.acquire();
    Transaction tx(lease, kit::scope_of(caller));
    if (tx.run(sql::status_move, caller.organization, request.parameter("id"), request.parameter("id")).empty())
        throw Error(Code::not_found, "no such job status: " + request.parameter("id"));
    tx.run(sql::status_moves_clear, caller.organization, request.parameter("id"), false);
    auto wanted = json::texts(body.at("to_status_ids"));
    std::ranges::sort(wanted);
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    for (const auto& one : wanted) add_move(tx, caller, request.parameter("id"), one);
    auto response = shown_moves(tx, caller, request.parameter("id"));
    tx.commit();
    return response;
}

}  // namespace

bool Moves::allow(std::string_view id) const {
    return std::ranges::find(allowed, id, &To::id) != allowed.end();
}

const Moves::To* Moves::first(std::string_view of_category) const {
    const auto found = std::ranges::find(allowed, of_category, &To::category);
    return found == allowed.end() ? nullptr : &*found;
}

json::array Moves::shown() const {
    json::array out;
    for (const auto& to : allowed)
        out.push_back(json::object{{"id", to.id}, {"status", to.status}, {"name", to.name}, {"category", to.category}});
    return out;
}

Moves moves_of(Transaction& tx, const std::string& organization, const std::string& status) {
    Moves moves;
    const auto rows = tx.run(sql::status_list, organization, status);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        moves.is_explicit = rows.flag(i, 4);
        moves.category = std::string(rows.text(i, 6));
        if (rows.flag(i, 4) ? rows.flag(i, 5) : domain::jobs::may_move(rows.text(i, 6), rows.text(i, 2)))
            moves.allowed.push_back({std::string(rows.text(i, 0)), std::string(rows.text(i, 1)),
                                     std::string(rows.text(i, 2)), std::string(rows.text(i, 3))});
    }
    return moves;
}

std::string done_status(Transaction& tx, const std::string& organization, const std::string& from) {
    const auto moves = moves_of(tx, organization, from);
    if (moves.category == "done") return from;
    if (const auto* to = moves.first("done"); to != nullptr) return to->id;
    const auto rows = tx.run(sql::status_list, organization, from);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows.text(i, 2) == "done") return std::string(rows.text(i, 0));
    throw Error(Code::conflict, "there is no active status of the category done; make one first");
}

std::vector<kit::Route> move_routes(const Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET",
         "/api/v1/job-statuses/{id}/moves",
         "organization.view",
         "Where a job may go from this status.",
         {},
         bind(show_moves),
         {.shape = kMoves}},
        {"PUT",
         "/api/v1/job-statuses/{id}/moves",
         "job_config.manage",
         "Says where a job may go from this status, and nowhere else.",
         kNext,
         bind(put_moves),
         {.shape = kMoves},
         kit::kNothing,
         {},
         {},
         R"({"to_status_ids": []})"},
    };
}

}  // namespace nightshift::api::jobs
