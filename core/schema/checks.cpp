#include "core/schema/checks.h"

#include "core/http/client.h"
#include "core/time/time.h"
#include "core/time/zone.h"

namespace nightshift::core::schema {

std::string check_zone(const json::value& name) {
    return time::Zone::problem(std::string_view(name.as_string()));
}

std::string check_time_of_day(const json::value& time) {
    const auto minutes = time::minutes_of_day(std::string_view(time.as_string()));
    return minutes && *minutes < 24 * 60 ? "" : "expected a time of day like 08:00, got " + json::text(time);
}

std::string check_web_address(const json::value& url) {
    return http::complaint({.url = std::string(url.as_string())});
}

}  // namespace nightshift::core::schema
