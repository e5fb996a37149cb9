#include "core/json/utf8.h"

#include <gtest/gtest.h>

namespace nightshift::core::json {
namespace {

TEST(Utf8, what_is_valid_stays_as_it_is) {
    for (const std::string_view text :
         {"", "plain", "Łukasz", "日本語", "😀", "\u007f\u0080\uD7FF\uE000\uFFFF\U0010FFFF"})
        EXPECT_EQ(valid_utf8(text), text);
}

TEST(Utf8, what_is_not_becomes_the_replacement_character) {
    using namespace std::string_view_literals;
    EXPECT_EQ(valid_utf8("a\0b"sv), "a\uFFFDb");
    EXPECT_EQ(valid_utf8("caf\xe9"), "caf\uFFFD");
    EXPECT_EQ(valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD");                      // overlong
    EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
    EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond the last
    EXPECT_EQ(valid_utf8("\xe6\x97"), "\uFFFD\uFFFD");                      // cut off
    EXPECT_EQ(valid_utf8("\x80x"), "\uFFFDx");
}

}  // namespace
}  // namespace nightshift::core::json
