// What the operator's commands print.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error/error.h"
#include "core/text/percent.h"
#include "core/time/time.h"
#include "daemon/commands/console/api.h"
#include "daemon/commands/console/input.h"
#include "daemon/commands/console/save.h"
#include "daemon/commands/console/show.h"
#include "daemon/commands/console/table.h"

namespace nightshift::tests {
namespace {

using namespace daemon::console;
using namespace std::chrono_literals;

TEST(Console, a_table_is_aligned_and_numbers_stand_at_the_right) {
    Table table({{"NAME"}, {"RUNS", true}, {"NOTE"}});
    table.add({"reports", "7", "fine"});
    table.add({"x", "1200", ""});
    EXPECT_EQ(table.text(0),
              "NAME     RUNS  NOTE\n"
              "reports     7  fine\n"
              "x        1200\n");
}

TEST(Console, a_narrow_terminal_cuts_only_the_columns_that_give) {
    Table table({{"ID"}, {"MESSAGE", false, true}});
    table.add({"0123456789", "a long message that does not fit"});
    EXPECT_EQ(table.text(24), "ID          MESSAGE\n0123456789  a long mess…\n");
    EXPECT_EQ(table.text(5), "ID          MESSAGE\n0123456789  a long …\n");
}

TEST(Console, wide_and_combining_characters_are_counted_as_the_terminal_shows_them) {
    EXPECT_EQ(columns_of("äöü"), 3U);
    EXPECT_EQ(columns_of("日本"), 4U);
    EXPECT_EQ(cut("日本語", 5), "日本…");
    Table table({{"A"}, {"B"}});
    table.add({"日本", "x"});
    table.add({"abcd", "y"});
    EXPECT_EQ(table.text(0), "A     B\n日本  x\nabcd  y\n");
}

TEST(Console, nothing_printed_can_steer_the_terminal) {
    EXPECT_EQ(printable("a\033[2Jb\nc"), "a?[2Jb?c");
    EXPECT_EQ(printable("\u202Eevil"), "?evil");
    EXPECT_EQ(printable("\xC2\x9Bx"), "?x");
    EXPECT_EQ(printable("\xff\xc3"), "??");
    EXPECT_EQ(printable("Zoë ✓"), "Zoë ✓");
}

TEST(Console, spans_are_short) {
    EXPECT_EQ(span(0.8504), "850ms");
    EXPECT_EQ(span(3.25), "3.2s");
    EXPECT_EQ(span(250), "4m10s");
    EXPECT_EQ(span(7500), "2h05m");
    EXPECT_EQ(span(273600), "3d04h");
}

TEST(Console, moments_and_ages_are_told_and_nothing_is_nothing) {
    const auto now = std::chrono::system_clock::now();
    const core::json::value run{{"created_at", core::time::rfc3339(now - 90min)},
                                {"due_at", core::time::rfc3339(now + 90min)},
                                {"none_at", nullptr}};
    EXPECT_EQ(age(run, "created_at"), "1h30m");
    EXPECT_EQ(age(run, "due_at").substr(0, 3), "in ");
    EXPECT_EQ(age(run, "none_at"), "");
    EXPECT_EQ(moment({{"at", "2026-03-29T01:00:00.25+02:00"}}, "at"), "2026-03-28 23:00:00");
}

TEST(Console, queries_hold_what_is_given_encoded) {
    EXPECT_EQ(query({{"state", ""}, {"kind", "a b&c"}, {"limit", "5"}}), "?kind=a%20b%26c&limit=5");
    EXPECT_EQ(query({}), "");
    EXPECT_EQ(core::text::percent_encoded("../x/ü"), "..%2Fx%2F%C3%BC");
}

TEST(Console, what_operators_type_is_checked_and_named) {
    EXPECT_EQ(duration("--x", "1h30m"), 90min);
    EXPECT_EQ(duration("--x", ""), 0ms);
    EXPECT_THROW(duration("--x", "soon"), core::Error);
    EXPECT_EQ(json_argument("--args", R"({"a":1})").at("a"), 1);
    EXPECT_THROW(json_argument("--args", "[1]"), core::Error);
    EXPECT_THROW(json_argument("--args", "@/no/such/file"), core::Error);
}

TEST(Console, a_download_is_whole_and_checked_or_not_there) {
    const auto folder = std::filesystem::temp_directory_path() / core::time::uuid7();
    std::filesystem::create_directories(folder);
    const auto path = (folder / "a.csv").string();
    const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    {
        Saved half(path, false);
        half.write("ab");
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    {
        Saved other(path, false);
        other.write("abd");
        EXPECT_THROW(other.keep(abc), core::Error);
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    Saved whole(path, false);
    whole.write("ab");
    whole.write("c");
    whole.keep(abc);
    EXPECT_EQ(std::filesystem::file_size(path), 3U);
    EXPECT_THROW(Saved(path, false), core::Error);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nightshift::tests
