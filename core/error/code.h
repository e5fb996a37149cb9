// The closed list of error codes: one row each, append only. The name is what clients see, the status is HTTP's.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace nightshift::core {

enum class Code : std::uint8_t {
    bad_json,
    validation,
    unauthorized,
    forbidden,
    not_found,
    method_not_allowed,
    conflict,
    gone,
    too_large,
    unsupported_media,
    rule,
    rate_limited,
    internal,
    unavailable,
    timeout,
    bad_request,
    precondition_failed,
    database,
    broker,
    configuration,
    unknown_outcome,
    cancelled,
    headers_too_large,
    not_acceptable,
    range_not_satisfiable,
};

/// May the same call be tried again? never: it will fail the same way; later: after a pause.
enum class Again : std::uint8_t { never, later };

struct CodeRow {
    Code code;
    std::string_view name;
    int status;
    Again again;
};

inline constexpr std::array code_rows{
    CodeRow{Code::bad_json, "E_BAD_JSON", 400, Again::never},
    CodeRow{Code::validation, "E_VALIDATION", 400, Again::never},
    CodeRow{Code::unauthorized, "E_UNAUTHORIZED", 401, Again::never},
    CodeRow{Code::forbidden, "E_FORBIDDEN", 403, Again::never},
    CodeRow{Code::not_found, "E_NOT_FOUND", 404, Again::never},
    CodeRow{Code::method_not_allowed, "E_METHOD_NOT_ALLOWED", 405, Again::never},
    CodeRow{Code::conflict, "E_CONFLICT", 409, Again::never},
    CodeRow{Code::gone, "E_GONE", 410, Again::never},
    CodeRow{Code::too_large, "E_TOO_LARGE", 413, Again::never},
    CodeRow{Code::unsupported_media, "E_UNSUPPORTED_MEDIA", 415, Again::never},
    CodeRow{Code::rule, "E_RULE", 422, Again::never},
    CodeRow{Code::rate_limited, "E_RATE_LIMITED", 429, Again::later},
    CodeRow{Code::internal, "E_INTERNAL", 500, Again::never},
    CodeRow{Code::unavailable, "E_UNAVAILABLE", 503, Again::later},
    CodeRow{Code::timeout, "E_TIMEOUT", 408, Again::later},
    CodeRow{Code::bad_request, "E_BAD_REQUEST", 400, Again::never},
    CodeRow{Code::precondition_failed, "E_PRECONDITION_FAILED", 412, Again::never},
    CodeRow{Code::database, "E_DATABASE", 503, Again::later},
    CodeRow{Code::broker, "E_BROKER", 503, Again::later},
    CodeRow{Code::configuration, "E_CONFIGURATION", 500, Again::never},
    CodeRow{Code::unknown_outcome, "E_UNKNOWN_OUTCOME", 503, Again::later},
    CodeRow{Code::cancelled, "E_CANCELLED", 503, Again::never},
    CodeRow{Code::headers_too_large, "E_HEADERS_TOO_LARGE", 431, Again::never},
    CodeRow{Code::not_acceptable, "E_NOT_ACCEPTABLE", 406, Again::never},
    CodeRow{Code::range_not_satisfiable, "E_RANGE_NOT_SATISFIABLE", 416, Again::never},
};

constexpr const CodeRow& row_of(Code code) {
    return code_rows[static_cast<std::size_t>(code)];
}

}  // namespace nightshift::core
