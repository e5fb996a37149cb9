// The pure parts of the HTTP client: URLs, headers, redirects, messages. Its own business; others include client.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/http/address.h"
#include "core/http/client.h"

namespace nightshift::core::http {

struct Url {
    std::string text;    ///< normalised, without fragment
    std::string scheme;  ///< http or https
    std::string host;    ///< lower case, IPv6 without brackets
    std::string origin;  ///< scheme://host, and the port where it is not the scheme's own
};

/// Nothing for what is not http or https, has no host, or names a user. `base`: what a relative one is relative to.
std::optional<Url> parse_url(const std::string& text, const std::string& base = {});

/// What keeps a request from being sent as it is meant; empty: nothing.
std::string complaint(const ClientRequest& request);

bool may_connect(const ClientRequest& request, std::string_view host, const Address& address);

int status_of(std::string_view status_line);
void add_header(ClientResponse& response, std::string_view line);
bool has_header(const ClientRequest& request, std::string_view lower_case_name);

/// Will this answer be followed elsewhere?
bool redirects(const ClientRequest& request, const ClientResponse& response);
/// The request that follows: method, body and headers as RFC 9110 15.4 has them.
ClientRequest redirected(ClientRequest request, const Url& from, const Url& to, int status);

std::string failure_message(Failure kind, const Url& url, const ClientRequest& request, const std::string& refused,
                            const std::string& curl_text);

}  // namespace nightshift::core::http
