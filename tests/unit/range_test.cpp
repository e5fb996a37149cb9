// Ranges as RFC 9110, 14 has them.
#include "api/kit/range.h"

#include <gtest/gtest.h>

#include <ostream>

namespace nightshift::api::kit {
namespace {

constexpr std::string_view kTag = "\"abc\"";

std::string extent(std::string_view range, std::uint64_t size = 1000, std::string_view if_range = "") {
    const auto wanted = wanted_extent(range, if_range, kTag, size);
    return std::to_string(wanted.status()) + (wanted.status() == 200 ? "" : " " + wanted.content_range(size));
}

TEST(Range, one_part_is_given) {
    EXPECT_EQ(extent("bytes=0-499"), "206 bytes 0-499/1000");
    EXPECT_EQ(extent("bytes=500-"), "206 bytes 500-999/1000");
    EXPECT_EQ(extent("bytes=-1"), "206 bytes 999-999/1000");
    EXPECT_EQ(extent("bytes=0-0"), "206 bytes 0-0/1000");
    EXPECT_EQ(extent("BYTES=999-999"), "206 bytes 999-999/1000");
}

TEST(Range, what_reaches_beyond_the_end_is_cut) {
    EXPECT_EQ(extent("bytes=900-5000"), "206 bytes 900-999/1000");
    EXPECT_EQ(extent("bytes=-5000"), "206 bytes 0-999/1000");
    EXPECT_EQ(extent("bytes=0-99999999999999999999999999"), "206 bytes 0-999/1000");
}

TEST(Range, what_lies_beyond_the_end_is_refused_with_the_size) {
    EXPECT_EQ(extent("bytes=1000-"), "416 bytes */1000");
    EXPECT_EQ(extent("bytes=99999999999999999999999999-"), "416 bytes */1000");
    EXPECT_EQ(extent("bytes=-0"), "416 bytes */1000");
    EXPECT_EQ(extent("bytes=0-", 0), "416 bytes */0");
}

TEST(Range, everything_else_gets_the_whole) {
    for (const auto* range :
         {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=a-5", "bytes=0-x", "bytes=0-1,5-6",
          "bytes=--5", "bytes=+1-2", "bytes= 0-1", "bytes=0x1-2", "lines=0-1", "bytes=0-1-2"})
        EXPECT_EQ(extent(range), "200") << range;
    EXPECT_EQ(extent("bytes=-5", 0), "200");
}

TEST(Range, a_condition_that_does_not_hold_gets_the_whole) {
    EXPECT_EQ(extent("bytes=0-1", 1000, "\"abc\""), "206 bytes 0-1/1000");
    for (const auto* condition : {"\"other\"", "W/\"abc\"", "Sat, 21 Nov 2026 07:00:00 GMT", "abc"})
        EXPECT_EQ(extent("bytes=0-1", 1000, condition), "200") << condition;
    EXPECT_EQ(extent("bytes=5000-", 1000, "\"other\""), "200");
}

}  // namespace
}  // namespace nightshift::api::kit
