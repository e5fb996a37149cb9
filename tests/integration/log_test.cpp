// Lines written inside a handler say which run, which request they belong to; JSON, since nobody looks at a terminal
// here.
#include <gtest/gtest.h>

#include <fstream>

#include "api/kit/router.h"
#include "core/json/json.h"
#include "core/log/log.h"
#include "core/time/time.h"
#include "queue/engine.h"
#include "queue/submit.h"
#include "tests/kit/database.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;

queue::Outcome say(const core::json::object&, queue::Run&) {
    core::log::info("test.said", {{"word", "hello"}});
    return queue::Done{};
}
constexpr queue::Kind kSay{.name = "test.say", .doc = "Writes a line.", .body = say};
constexpr const queue::Kind* kSaying[] = {&kSay};

/// The captured line of an event, as an object; empty when there is none.
core::json::object line_of(const std::string& captured, const std::string& event) {
    std::istringstream lines(captured);
    for (std::string line; std::getline(lines, line);)
        if (line.find("\"event\":\"" + event + "\"") != std::string::npos) return core::json::parse_object(line);
    return {};
}

TEST(LogOfWork, a_line_of_a_handler_names_run_attempt_kind_queue_and_worker) {
    Database database;
    testing::internal::CaptureStderr();
    queue::Engine engine(
        {.database_url = database.url(), .slots = 1, .name = "night one", .beat = 200ms, .lease = 1500ms}, kSaying);
    engine.start();
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    const auto submitted =
        queue::submit(tx, queue::Submission{.kind = "test.say",
                                            .organization = "0190d1a0-0000-7000-8000-000000000001",
                                            .trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
    tx.commit();
    const bool ended = eventually([&] { return database.number("select count(*) from run_archive") == 1; });
    engine.drain(5s);
    const auto line = line_of(testing::internal::GetCapturedStderr(), "test.said");
    ASSERT_TRUE(ended);
    ASSERT_FALSE(line.empty());
    EXPECT_EQ(line.at("word"), "hello");
    EXPECT_EQ(line.at("run"), submitted.id.c_str());
    EXPECT_EQ(line.at("attempt"), "1");
    EXPECT_EQ(line.at("kind"), "test.say");
    EXPECT_EQ(line.at("queue"), "default");
    EXPECT_EQ(line.at("worker"), "night one");
    EXPECT_EQ(line.at("trace"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    EXPECT_EQ(line.at("level"), "info");
}

TEST(LogOfWork, a_line_of_a_request_names_the_request) {
    const api::kit::Router router({{"GET",
                                    "/say",
                                    "",
                                    "Writes a line.",
                                    {},
                                    [](const auto&, const auto&, auto&) {
                                        core::log::warn("test.said");
                                        return core::http::json_response(200, core::json::object{});
                                    }}},
                                  {});
    core::http::Request request;
    request.method = "GET";
    request.path = "/say";
    request.id = "abc-123";
    testing::internal::CaptureStderr();
    router.answer(request);
    const auto line = line_of(testing::internal::GetCapturedStderr(), "test.said");
    ASSERT_FALSE(line.empty());
    EXPECT_EQ(line.at("request_id"), "abc-123");
}

}  // namespace
}  // namespace nightshift::tests
