// The REST API as the operator's commands see it: JSON in, JSON out, and two ways to fail.
//
//   const Api api(connection);   const auto runs = api.get("/api/v1/runs?limit=20");
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"

namespace nightshift::daemon::console {

/// Where the API is and what opens it: the options, else NIGHTSHIFT_URL and NIGHTSHIFT_TOKEN, else the configuration.
struct Connection {
    std::string config, url, token;
    bool as_json = false;
};

/// The API said no. An API that can't be reached, or that is not ready, is Error(unavailable) instead.
class Refusal : public std::runtime_error {
public:
    Refusal(int status, std::string code, const std::string& message)
        : std::runtime_error(message), status_(status), code_(std::move(code)) {}
    int status() const { return status_; }
    const std::string& code() const { return code_; }

private:
    int status_;
    std::string code_;
};

class Api {
public:
    explicit Api(const Connection& connection);

    core::json::value get(const std::string& path) const { return call("GET", path, nullptr); }
    core::json::value post(const std::string& path, const core::json::value& body = nullptr) const {
        return call("POST", path, body);
    }
    core::json::value call(const std::string& method, const std::string& path, const core::json::value& body) const;
    /// Hands the body down piece by piece.
    void download(const std::string& path, const std::function<bool(std::string_view)>& piece) const;
    const std::string& url() const { return url_; }

private:
    std::string url_, token_;
};

/// ?name=value&... of those that have a value.
std::string query(const std::vector<std::pair<std::string, std::string>>& arguments);

}  // namespace nightshift::daemon::console
