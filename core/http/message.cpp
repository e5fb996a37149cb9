#include "core/http/message.h"

#include <algorithm>
#include <stdexcept>

namespace nightshift::core::http {

std::string_view Request::header(std::string_view lower_case_name) const {
    const auto found = std::ranges::find(headers, lower_case_name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::string Request::combined(std::string_view lower_case_name) const {
    std::string all;
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) all += (all.empty() ? "" : ", ") + value;
    return all;
}

std::optional<std::string_view> Request::argument(std::string_view name) const {
    const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
    if (found == query.end()) return std::nullopt;
    return found->second;
}

const std::string& Request::parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    if (found == parameters.end()) throw std::logic_error("the route's path has no {" + std::string(name) + "}");
    return found->second;
}

Response json_response(int status, const json::value& body) {
    return {.status = status, .body = json::text(body)};
}

Response problem_response(int status, std::string_view code, std::string_view message, const json::value& details,
                          std::string_view request_id) {
    return json_response(status,
                         {{"error", code}, {"message", message}, {"details", details}, {"request_id", request_id}});
}

Response text_response(int status, std::string json_text) {
    return {.status = status, .body = std::move(json_text)};
}

}  // namespace nightshift::core::http
