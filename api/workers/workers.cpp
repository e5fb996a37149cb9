#include "api/workers/workers.h"

#include "api/kit/router.h"
#include "core/error/error.h"
#include "queue/sql.h"

namespace nightshift::api::workers {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using kit::Caller;
using kit::Services;
namespace json = core::json;

Response list(const Services& services, const Request&, const Caller&, json::object&) {
    return core::http::text_response(200,
                                     std::string(core::pg::once(services.pool, queue::sql::worker_list).text(0, 0)));
}

Response drain(const Services& services, const Request& request, const Caller&, json::object&) {
    const auto& id = request.parameters.find("id")->second;
    if (core::pg::once(services.pool, queue::sql::worker_drain, id).empty())
        throw Error(Code::not_found, "no such live worker: " + id);
    return core::http::json_response(202, {{"id", id}, {"state", "draining"}});
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    const auto bind = [&services](auto function) { return kit::bound(services, function); };
    return {
        {"GET", "/api/v1/workers", "workers.see", "Processes: alive, draining, lost or ended.", {}, bind(list)},
        {"POST",
         "/api/v1/workers/{id}/drain",
         "workers.change",
         "Asks one to take nothing more; it hears at its next beat.",
         {},
         bind(drain)},
    };
}

}  // namespace nightshift::api::workers
