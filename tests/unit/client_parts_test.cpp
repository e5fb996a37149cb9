// What the HTTP client decides without a socket: URLs, headers, redirects.
#include "core/http/client_parts.h"

#include <gtest/gtest.h>

namespace nightshift::core::http {
namespace {

TEST(Client, takes_http_and_https_urls_and_nothing_else) {
    for (const auto* text :
         {"http://example.com", "https://example.com/a?b=c#d", "http://[::1]:8000/", "HTTP://EXAMPLE.com"})
        EXPECT_TRUE(parse_url(text)) << text;
    for (const auto* text : {"", "example.com", "/path", "ftp://example.com", "file:///etc/passwd", "gopher://x/",
                             "http://", "http://user:pass@example.com/", "http://user@example.com/", "http://a b/",
                             "http://x:99999/", "http://x/\r\nA: b"})
        EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Client, knows_host_and_origin_of_a_url) {
    const auto url = *parse_url("HTTPS://EXAMPLE.com:443/a?b#c");
    EXPECT_EQ(url.host, "example.com");
    EXPECT_EQ(url.origin, "https://example.com");
    EXPECT_EQ(parse_url("http://[::1]:8000/x")->host, "::1");
    EXPECT_EQ(parse_url("http://[::1]:8000/x")->origin, "http://[::1]:8000");
    EXPECT_EQ(parse_url("../c?d", "http://x.org/a/b")->text, "http://x.org/c?d");
    EXPECT_EQ(parse_url("//y.org/c", "http://x.org/a/b")->origin, "http://y.org");
}

TEST(Client, refuses_what_would_break_out_of_a_header) {
    const auto refused = [](ClientRequest request) {
        request.url = "http://example.com";
        return !complaint(request).empty();
    };
    EXPECT_FALSE(refused({.method = "PATCH", .headers = {{"X-One", "a b"}, {"X-None", ""}}}));
    EXPECT_TRUE(refused({.method = "GET / HTTP/1.1\r\nX: y"}));
    EXPECT_TRUE(refused({.method = ""}));
    EXPECT_TRUE(refused({.headers = {{"X-One", "a\r\nHost: other"}}}));
    EXPECT_TRUE(refused({.headers = {{"X One", "a"}}}));
    EXPECT_TRUE(refused({.headers = {{"Content-length", "3"}}}));
    EXPECT_TRUE(refused({.headers = {{"Host", "other"}}}));
    EXPECT_TRUE(refused({.private_allowed = {"10.0.0.1/8"}}));
}

TEST(Client, connects_to_private_addresses_only_where_allowed) {
    const auto may = [](const ClientRequest& request, const char* host, const char* address) {
        return may_connect(request, host, *parse_address(address));
    };
    EXPECT_TRUE(may({}, "example.com", "8.8.8.8"));
    EXPECT_FALSE(may({}, "example.com", "127.0.0.1"));
    EXPECT_TRUE(may({.allow_private = true}, "example.com", "127.0.0.1"));
    EXPECT_TRUE(may({.private_allowed = {"10.0.0.0/8"}}, "example.com", "10.9.8.7"));
    EXPECT_FALSE(may({.private_allowed = {"10.0.0.0/8"}}, "example.com", "192.168.0.1"));
    EXPECT_TRUE(may({.private_allowed = {"Hooks.Internal"}}, "hooks.internal", "192.168.0.1"));
    EXPECT_FALSE(may({.private_allowed = {"hooks.internal"}}, "evil.hooks.internal", "192.168.0.1"));
}

TEST(Client, follows_redirects_as_browsers_do_and_keeps_secrets_at_home) {
    const ClientRequest post{
        .method = "POST",
        .headers = {{"Authorization", "secret"}, {"Content-Type", "text/plain"}, {"Accept", "a/b"}},
        .body = "body"};
    const auto home = *parse_url("https://x.org/a"), same = *parse_url("https://x.org/b"),
               other = *parse_url("https://y.org/b");
    const auto kept = redirected(post, home, same, 307);
    EXPECT_EQ(kept.method + kept.body, "POSTbody");
    EXPECT_EQ(kept.headers, post.headers);
    const auto turned = redirected(post, home, same, 303);
    EXPECT_EQ(turned.method + turned.body, "GET");
    EXPECT_FALSE(has_header(turned, "content-type"));
    EXPECT_TRUE(has_header(turned, "authorization"));
    const auto abroad = redirected(post, home, other, 308);
    EXPECT_EQ(abroad.body, "body");
    EXPECT_FALSE(has_header(abroad, "authorization"));
    EXPECT_TRUE(has_header(abroad, "accept"));
}

}  // namespace
}  // namespace nightshift::core::http
