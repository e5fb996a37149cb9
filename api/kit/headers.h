// Request headers that mean more than their text. RFC 9110, RFC 7240.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/http/message.h"

namespace nightshift::api::kit {

/// `application/json`, alone or with charset=utf-8.
bool is_json(std::string_view content_type);

/// The token of `Bearer <token>`, whatever the scheme's case.
std::optional<std::string_view> bearer_token(std::string_view authorization);

/// The value of a preference (`wait` of `Prefer: respond-async, wait=10`), over all lines; the first of a name counts.
/// "" for one without a value.
std::optional<std::string> preference(const core::http::Request& request, std::string_view name);

/// Whether the Accept header, if there is one, lets an answer of this media type through.
bool accepts(const core::http::Request& request, std::string_view media_type);

}  // namespace nightshift::api::kit
