#include "api/metrics/metrics.h"

#include "core/error/error.h"

namespace nightshift::api::metrics {
namespace {

using core::http::Request;
using core::http::Response;

Response scrape(const kit::Services& services) {
    if (services.metrics == nullptr) throw core::Error(core::Code::not_found, "this process keeps no metrics");
    return {.status = 200, .body = services.metrics->text(), .content_type = std::string(core::metrics::kContentType)};
}

}  // namespace

std::vector<kit::Route> routes(const kit::Services& services) {
    return {{"GET",
             "/metrics",
             "metrics.see",
             "What Prometheus scrapes, in its text format.",
             {},
             [&services](const Request&, const kit::Caller&, core::json::object&) { return scrape(services); },
             {.media_type = "text/plain"},
             kit::kNothing,
             {},
             "getMetrics"}};
}

}  // namespace nightshift::api::metrics
