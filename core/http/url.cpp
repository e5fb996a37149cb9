#include "core/http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "core/text/case.h"

namespace nightshift::core::http {
namespace {

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
}

}  // namespace

std::optional<Url> parse_url(const std::string& text, const std::string& base) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    if (!url || text.find('\0') != std::string::npos) return std::nullopt;
    if (!base.empty() && curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return std::nullopt;
    if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) return std::nullopt;
    curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
    Url out{.text = part_of(url.get(), CURLUPART_URL),
            .scheme = text::lower_case(part_of(url.get(), CURLUPART_SCHEME))};
    const auto host = text::lower_case(part_of(url.get(), CURLUPART_HOST));
    const auto port = part_of(url.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    if (host.empty() || (out.scheme != "http" && out.scheme != "https")) return std::nullopt;
    out.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
    out.origin = out.scheme + "://" + host + (port.empty() ? "" : ":" + port);
    return out;
}

}  // namespace nightshift::core::http
