// Everything that reads what strangers send, given what strangers might send: good input, bent at random. Nothing may
// crash, hang, answer with a 5xx or throw but core::Error; what the sanitizer builds see besides is theirs to say.
// A short run is a unit test; NIGHTSHIFT_FUZZ_ROUNDS=1000000 ./dev test unit --preset asan --filter 'Fuzz.*' goes on
// longer.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "api/kit/cursor.h"
#include "api/kit/headers.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/http/server.h"
#include "core/http/target.h"
#include "core/json/json.h"
#include "core/secret/jwt.h"
#include "tests/kit/who_shows.h"

namespace nightshift {
namespace {

using namespace std::chrono_literals;

class Fuzz : public testing::Test {
protected:
    /// So many as were asked for, or a few.
    static int rounds(int few) {
        const char* asked = std::getenv("NIGHTSHIFT_FUZZ_ROUNDS");
        return asked == nullptr ? few : std::max(few, std::atoi(asked));
    }
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random); }

    /// A few of: a bit turned, a byte put in, a piece dropped, doubled, or taken from another one.
    std::string bent(const std::vector<std::string>& good) {
        auto text = good[below(good.size())];
        for (auto changes = 1 + below(4); changes > 0; --changes) {
            if (text.empty()) text = "x";
            const auto at = below(text.size());
            const auto length = 1 + below(std::min<std::size_t>(text.size() - at, 40));
            static const std::vector<std::string> kNasty{std::string(1, '\0'),
                                                         "\r\n",
                                                         "\n",
                                                         "\xff",
                                                         "\xc0\x80",
                                                         "\xed\xa0\x80",
                                                         "%00",
                                                         "%2f",
                                                         "\"",
                                                         "\\",
                                                         "\\u0000",
                                                         "\\ud800",
                                                         "{",
                                                         "[",
                                                         "]",
                                                         "}",
                                                         "1e999",
                                                         "-0",
                                                         "18446744073709551616",
                                                         ":",
                                                         ";",
                                                         ",",
                                                         " ",
                                                         "\t",
                                                         "..",
                                                         "'",
                                                         "0x"};
            switch (below(6)) {
                case 0:
                    text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                    break;
                case 1:
                    text.insert(at, kNasty[below(kNasty.size())]);
                    break;
                case 2:
                    text.erase(at, length);
                    break;
                case 3:
                    text.insert(at, text.substr(at, length));
                    break;
                case 4: {
                    const auto& other = good[below(good.size())];
                    text.insert(at, other.substr(below(other.size() + 1)));
                    break;
                }
                default:
                    text.insert(at, std::string(1 + below(50), static_cast<char>(below(256))));
            }
        }
        return text.substr(0, 20000);
    }
    std::mt19937_64 random{20240607};
};

TEST_F(Fuzz, JsonIsReadOrRefusedAndWhatWasReadIsWritten) {
    const std::vector<std::string> good{R"({"a":1,"b":[true,false,null],"c":{"d":"\u00e9\n\"x\""},"e":-1.5e-3})",
                                        R"(["x",{"y":[[[[]]]]},12345678901234567890,""])",
                                        R"({"name":"Ålesund","n":0})"};
    int read = 0;
    for (int i = 0; i < rounds(20000); ++i) {
        const auto text = bent(good);
        try {
            const auto value = core::json::parse(text);
            ++read;
            EXPECT_EQ(core::json::parse(core::json::text(value)).kind(), value.kind()) << text;
        } catch (const core::Error& problem) {
            EXPECT_EQ(problem.status(), 400) << text;
        }
    }
    EXPECT_GT(read, 0);
}

TEST_F(Fuzz, CursorsAreOursOrRefused) {
    const std::vector<std::string> good{
        api::kit::encode({"-created_at", {"2026-01-01", "0190d1a0-0000-7000-8000-000000000001"}}),
        api::kit::encode({"name", {std::nullopt, "x"}}), "e30", "W10"};
    for (int i = 0; i < rounds(20000); ++i) {
        const auto text = bent(good);
        try {
            api::kit::decode(text);
        } catch (const core::Error& problem) {
            EXPECT_EQ(problem.status(), 400) << text;
        }
    }
}

TEST_F(Fuzz, ABentTokenIsNobodys) {
    const auto pair = core::secret::make_key_pair("one");
    const core::secret::Signer signer("nightshift", {pair});
    const auto now = std::chrono::system_clock::now();
    const auto token = signer.sign({"user", "organization", "session", now + 1h}, now);
    ASSERT_TRUE(signer.verify(token, now));
    const std::vector<std::string> good{token, signer.sign({"other", "o", "s", now + 2h}, now), "e30.e30.e30", "a.b.c"};
    for (int i = 0; i < rounds(3000); ++i) {
        const auto text = bent(good);
        const auto claims = signer.verify(text, now);
        // Bits of the last character beyond the signature's end say nothing: such a text is the same token.
        if (claims) {
            EXPECT_TRUE(text.starts_with(token.substr(0, token.size() - 1)) ||
                        text.starts_with(good[1].substr(0, good[1].size() - 1)))
                << text;
        }
    }
}

TEST_F(Fuzz, TargetsAndHeadersAreReadOrRefused) {
    const std::vector<std::string> good{
        "/api/v1/jobs/0190d1a0-0000-7000-8000-000000000001?limit=5&order=-name&q=%C3%A9", "/jobs?a=b&a=c&=&%41=1", "/"};
    const std::vector<std::string> headers{"respond-async, wait=10; foo=\"a, b\"",
                                           "text/html;q=0.5, application/*;q=0.1, */*;q=0",
                                           "application/json; charset=\"utf-8\"", "Bearer abc.def.ghi", "bytes=0-5,-7"};
    for (int i = 0; i < rounds(20000); ++i) {
        const auto text = bent(good);
        if (const auto target = core::http::parse_target(text)) {
            EXPECT_TRUE(target->path.starts_with('/')) << text;
            EXPECT_EQ(target->path.find('\0'), std::string::npos) << text;
            EXPECT_EQ(("/" + target->path + "/").find("/../"), std::string::npos) << text;
        }
        const core::http::Request request{.headers = {{"prefer", bent(headers)}, {"accept", bent(headers)}}};
        api::kit::preference(request, "wait");
        api::kit::accepts(request, "application/json");
        api::kit::is_json(bent(headers));
        api::kit::bearer_token(bent(headers));
    }
}

constexpr core::schema::Field kInner[] = {{"n", core::schema::Type::integer, "N.", {.min = 0, .max = 9}}};
constexpr core::schema::Field kFields[] = {
    {"name", core::schema::Type::text, "N.", {.min = 1, .max = 20, .required = true}},
    {"when", core::schema::Type::timestamp, "W."},
    {"id", core::schema::Type::uuid, "I.", {.nullable = true}},
    {"hours", core::schema::Type::number, "H.", {.min = 0, .max = 10}},
    {"span", core::schema::Type::duration, "S."},
    {"day", core::schema::Type::date, "D."},
    {"tags", core::schema::Type::texts, "T.", {.max = 3}},
    {"inner", core::schema::Type::object, "O.", {.fields = kInner}},
    {"list", core::schema::Type::array, "L.", {.max = 3, .fields = kInner}},
    {"kind", core::schema::Type::choice, "C.", {.choices = "a|b"}}};

TEST_F(Fuzz, RequestsAreAnsweredAndNeverWithAServersError) {
    const auto fine = [](const core::http::Request&, const api::kit::Caller&, core::json::object&) {
        return core::http::json_response(200, {});
    };
    const api::kit::Router router({{"POST", "/api/v1/things", "x", "T.", kFields, fine},
                                   {"PATCH", "/api/v1/things/{id}", "x", "T.", kFields, fine},
                                   {"GET", "/api/v1/things/{id}/parts/{part}", "x", "T.", {}, fine}},
                                  tests::who_shows("secret", "o"));
    const std::vector<std::string> bodies{
        R"({"name":"x","when":"2026-02-28T23:59:60Z","id":null,"hours":1.5,"span":"1h30m","day":"2026-01-01"})",
        R"({"name":"y","tags":["a","b"],"inner":{"n":3},"list":[{"n":1},{"n":2}],"kind":"a"})"};
    const std::vector<std::string> paths{"/api/v1/things", "/things/0190d1a0-0000-7000-8000-000000000001",
                                         "/api/things/x/parts/y"};
    int taken = 0;
    for (int i = 0; i < rounds(10000); ++i) {
        core::http::Request request{
            .method = i % 2 == 0 ? "POST" : "PATCH",
            .path = below(3) == 0 ? bent(paths) : paths[below(2)],
            .headers = {{"authorization", "Bearer secret"}, {"content-type", "application/json"}},
            .body = bent(bodies),
            .id = "r"};
        const auto body = request.body;
        const auto response = router.answer(std::move(request));
        EXPECT_LT(response.status, 500) << body;
        EXPECT_NO_THROW(core::json::parse(response.body)) << response.body;
        taken += response.status == 200 ? 1 : 0;
    }
    EXPECT_GT(taken, 0);
}

/// Sends, says that this was all, and reads until the other side has said all too.
std::string exchanged(std::uint16_t port, const std::string& text) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const timeval limit{5, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        ::shutdown(fd, SHUT_WR);
        for (char buffer[4096];;) {
            const auto count = ::recv(fd, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(count));
        }
    }
    ::close(fd);
    return answer;
}

TEST_F(Fuzz, TheDoorAnswersOrHangsUpAndGoesOn) {
    core::http::Server server(
        {.port = 0,
         .threads = 2,
         .max_body = 1000,
         .max_head = 2000,
         .head_deadline = 300ms,
         .body_deadline = 300ms,
         .idle_deadline = 300ms},
        [](const core::http::Request& request) { return core::http::Response{.body = request.body}; });
    const std::vector<std::string> good{
        "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: y\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET / HTTP/1.0\r\n\r\n"};
    for (int i = 0; i < rounds(400); ++i) {
        const auto text = bent(good);
        const auto answer = exchanged(server.port(), text);
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << text << "\n" << answer;
        EXPECT_FALSE(answer.starts_with("HTTP/1.1 500")) << text;
    }
    EXPECT_TRUE(exchanged(server.port(), good.front()).starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace nightshift
