// The pure parts of the HTTP client: URLs, headers, redirects, messages. Its own business; others include client.h.
#pragma once

#include <string>
#include <string_view>

#include "core/http/address.h"
#include "core/http/client.h"
#include "core/http/url.h"

namespace nightshift::core::http {

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
