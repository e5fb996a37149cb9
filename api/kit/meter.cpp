#include "api/kit/meter.h"

#include <algorithm>
#include <array>

namespace nightshift::api::kit {
namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::array<std::string_view, 6> kClasses{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};

std::string_view class_of(int status) {
    const auto hundreds = static_cast<std::size_t>(std::max(status, 0)) / 100;
    return kClasses[hundreds < kClasses.size() ? hundreds : 0];
}

}  // namespace

Meter::Meter(core::metrics::Registry& registry)
    : requests_(registry.counters("nightshift_http_requests_total", "Requests answered, by route and class of status.",
                                  {"route", "method", "status"})),
      seconds_(registry.histograms("nightshift_http_request_seconds",
                                   "From the whole request to the whole answer, or to the start of a streamed one.",
                                   {"route", "method"}, core::metrics::quick_seconds())) {}

void Meter::count(std::string_view route, std::string_view method, int status, std::chrono::nanoseconds took) {
    if (route.empty()) route = "none";
    if (std::ranges::find(kMethods, method) == kMethods.end()) method = "other";
    requests_.with({route, method, class_of(status)}).add();
    seconds_.with({route, method}).observe(std::chrono::duration<double>(took).count());
}

}  // namespace nightshift::api::kit
