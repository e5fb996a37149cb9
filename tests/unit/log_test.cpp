// core/log: what a line carries, in both formats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/json/json.h"
#include "core/log/context.h"
#include "core/log/log.h"

namespace nightshift::tests {
namespace {

using core::log::Format;
using core::log::Level;
using core::log::Tell;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr auto* kMoment = "2026-03-01T12:00:00.000000Z";

std::string line(core::log::Fields fields, Format format) {
    return core::log::line(Level::info, "file.written", fields, format, kMoment);
}

TEST(Log, a_line_carries_what_its_thread_works_on) {
    const core::log::Context about([](const Tell& tell) {
        tell("run", "0190");
        tell("kind", "report.generate");
    });
    EXPECT_THAT(line({{"bytes", "17"}}, Format::text),
                EndsWith("file.written bytes=17 run=0190 kind=report.generate\n"));
    const auto parsed = core::json::parse_object(line({{"bytes", "17"}}, Format::json));
    EXPECT_EQ(parsed.at("bytes"), "17");
    EXPECT_EQ(parsed.at("run"), "0190");
    EXPECT_EQ(parsed.at("kind"), "report.generate");
}

TEST(Log, nothing_of_a_context_stays_behind) {
    {
        const core::log::Context about([](const Tell& tell) { tell("run", "0190"); });
    }
    EXPECT_THAT(line({}, Format::text), Not(HasSubstr("run")));
}

TEST(Log, other_threads_carry_nothing_of_it) {
    const core::log::Context about([](const Tell& tell) { tell("run", "0190"); });
    std::string elsewhere;
    std::jthread([&] { elsewhere = line({}, Format::text); }).join();
    EXPECT_THAT(elsewhere, Not(HasSubstr("run")));
}

TEST(Log, a_field_of_the_line_wins_and_the_inner_context_before_the_outer) {
    const core::log::Context outer([](const Tell& tell) {
        tell("run", "outer");
        tell("request_id", "abc");
    });
    const core::log::Context inner([](const Tell& tell) {
        tell("run", "inner");
        tell("queue", "inner");
    });
    EXPECT_THAT(line({{"queue", "own"}}, Format::text), EndsWith("queue=own run=inner request_id=abc\n"));
}

TEST(Log, values_of_a_context_cannot_forge_a_line) {
    const core::log::Context about([](const Tell& tell) { tell("run", "a\"}\n{\"level\":\"error"); });
    const auto text = line({}, Format::json);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_EQ(core::json::parse_object(text).at("run"), "a\"}\n{\"level\":\"error");
}

}  // namespace
}  // namespace nightshift::tests
