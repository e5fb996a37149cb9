// What could be read in two ways by two readers is refused: request smuggling lives on it. RFC 9112, 6.1 and 3.2.
#pragma once

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <string>

namespace nightshift::core::http {

/// What Beast lets pass and RFC 9112 6.1 and 3.2 don't.
template <class Head>
std::string framing_problem(const Head& head) {
    const auto coding = head[boost::beast::http::field::transfer_encoding];
    if (!coding.empty() && !boost::beast::iequals(coding, "chunked"))
        return "the only transfer coding taken is chunked";
    if (head.count(boost::beast::http::field::transfer_encoding) > 1 ||
        head.count(boost::beast::http::field::content_length) > 1)
        return "a framing header stands twice";
    if (!coding.empty() && head.count(boost::beast::http::field::content_length) > 0)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (head.count(boost::beast::http::field::host) != 1 && head.version() == 11)
        return "exactly one Host header is needed";
    return {};
}

}  // namespace nightshift::core::http
