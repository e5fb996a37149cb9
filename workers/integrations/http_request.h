// http.request: Calls another system over HTTP. At least once: a retry carries the same Idempotency-Key, the run's id.
// 2xx (or expect_status): done, with status, some headers and up to 64 KiB of body as the result. 429 and 503 with
// Retry-After: later, free. Other 5xx, 408, 425, 429 and everything that went wrong on the way: another try.
// Any other status, and what the guard refuses: dead.
#pragma once

#include "core/schema/checks.h"
#include "queue/kind.h"

namespace nightshift::workers::integrations::http_request {

std::string check_headers(const core::json::value& headers);
std::string check_statuses(const core::json::value& statuses);

inline constexpr core::schema::Field fields[] = {
    {"url",
     core::schema::Type::text,
     "Where to: http or https.",
     {.max = 2000, .required = true, .check = core::schema::check_web_address}},
    {"method",
     core::schema::Type::choice,
     "What to ask.",
     {.fallback = "\"GET\"", .choices = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"}},
    {"headers",
     core::schema::Type::object,
     "Headers to send, name and text; secrets come by `credential`.",
     {.fallback = "{}", .check = check_headers}},
    {"body", core::schema::Type::any, "A text goes as it is, anything else as JSON.", {.nullable = true}},
    {"timeout",
     core::schema::Type::duration,
     "How long the whole call may take.",
     {.min = 0.01, .max = 600, .fallback = "\"30s\""}},
    {"expect_status",
     core::schema::Type::any,
     "Which status, or list of them, is success; without it any 2xx.",
     {.nullable = true, .check = check_statuses}},
    {"follow_redirects", core::schema::Type::boolean, "Go where a 3xx points to.", {.fallback = "false"}},
    {"credential",
     core::schema::Type::text,
     "The name of a secret in the configuration's http.credentials to send along.",
     {.max = 100, .nullable = true}},
};

queue::Outcome work(const core::json::object& args, queue::Run& run);

inline constexpr queue::Kind kind{.name = "http.request",
                                  .doc = "Calls another system over HTTP.",
                                  .queue = "integrations",
                                  .timeout = std::chrono::minutes(15),
                                  .args = fields,
                                  .body = work};

}  // namespace nightshift::workers::integrations::http_request
