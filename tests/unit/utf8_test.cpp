#include "core/text/utf8.h"

#include <gtest/gtest.h>

namespace nightshift::core::text {
namespace {

TEST(StorableText, what_is_valid_stays_as_it_is) {
    for (const std::string_view text :
         {"", "plain", "Łukasz", "日本語", "😀", "\u007f\u0080\uD7FF\uE000\uFFFF\U0010FFFF"})
        EXPECT_EQ(storable(text), text);
}

TEST(StorableText, what_is_not_becomes_the_replacement_character) {
    using namespace std::string_view_literals;
    EXPECT_EQ(storable("a\0b"sv), "a\uFFFDb");
    EXPECT_EQ(storable("caf\xe9"), "caf\uFFFD");
    EXPECT_EQ(storable("\xc0\xaf"), "\uFFFD\uFFFD");                      // overlong
    EXPECT_EQ(storable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
    EXPECT_EQ(storable("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond the last
    EXPECT_EQ(storable("\xe6\x97"), "\uFFFD\uFFFD");                      // cut off
    EXPECT_EQ(storable("\x80x"), "\uFFFDx");
}

}  // namespace
}  // namespace nightshift::core::text
