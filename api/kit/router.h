// Finds the route, knows the caller, checks the body, tells errors: the life of a request (DESIGN 4).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/kit/meter.h"
#include "api/kit/protection.h"
#include "api/kit/route.h"

namespace nightshift::api::kit {

struct Access {
    /// Who holds a bearer token; throws Error(unauthorized). Null: nobody is known.
    std::function<domain::identity::Identity(const std::string& token)> identify;
    core::pg::Pool* pool = nullptr;    ///< remembers idempotency keys; null: nobody does
    Protection* protection = nullptr;  ///< null: no limits, no other sites
};

class Router {
public:
    /// `metrics` may be null: then nobody counts.
    Router(std::vector<Route> routes, Access access, core::metrics::Registry* metrics = nullptr);
    ~Router();
    /// Never throws: every error becomes the answer {error, message, details, request_id}. Any thread.
    core::http::Response answer(core::http::Request request) const;

private:
    struct Entry;
    core::http::Response routed(core::http::Request& request, std::string_view& template_path, Toll& toll) const;
    const std::vector<const Entry*>& near(const std::vector<std::string_view>& path) const;
    std::vector<Entry> entries_;
    std::unordered_map<std::string_view, std::vector<const Entry*>> by_word_;  // what paths differ by first
    Access access_;
    std::unique_ptr<Meter> meter_;  // null: nobody counts
};

/// `limit` (1..200, 100) and `skip` of the query. Throws Error(validation).
struct Page {
    int limit = 100, skip = 0;
};
Page page_of(const core::http::Request& request);

/// A query argument that must be one of the columns's values, or "" when it is not given.
std::string argument_of(const core::http::Request& request, std::string_view name);

}  // namespace nightshift::api::kit
