// Categories of statuses and the moves between them: SEEDS.md 5.1 and 5.2.
#include <gtest/gtest.h>

#include <set>

#include "domain/jobs/category.h"

namespace nightshift::domain::jobs {
namespace {

using Move = std::pair<std::string, std::string>;
const std::vector<std::string> kCategories{"open", "in_progress", "blocked", "review", "done", "cancelled"};

TEST(Categories, MoveAsTheMatrixSays) {
    const std::set<Move> allowed{
        {"open", "in_progress"},    {"open", "done"},
        {"open", "cancelled"},      {"in_progress", "open"},
        {"in_progress", "blocked"}, {"in_progress", "review"},
        {"in_progress", "done"},    {"in_progress", "cancelled"},
        {"blocked", "open"},        {"blocked", "in_progress"},
        {"blocked", "cancelled"},   {"review", "in_progress"},
        {"review", "done"},         {"review", "cancelled"},
        {"done", "open"},           {"done", "in_progress"},
        {"cancelled", "open"},      {"in_progress", "in_progress"}};  // to another status of the category
    for (const auto& from : kCategories)
        for (const auto& to : kCategories)
            EXPECT_EQ(may_move(from, to), allowed.contains({from, to})) << from << " -> " << to;
}

TEST(Categories, AllowTheNineMovesOfATicketAndNoOther) {
    const std::vector<std::string> ticket{"open", "in_progress", "blocked", "done"};
    const std::set<Move> nine{{"open", "in_progress"},    {"open", "done"},        {"in_progress", "open"},
                              {"in_progress", "blocked"}, {"in_progress", "done"}, {"blocked", "open"},
                              {"blocked", "in_progress"}, {"done", "open"},        {"done", "in_progress"}};
    ASSERT_EQ(nine.size(), 9U);
    for (const auto& from : ticket)
        for (const auto& to : ticket)
            EXPECT_EQ(may_move(from, to), nine.contains({from, to}) || (from == to && from == "in_progress"))
                << from << " -> " << to;
}

TEST(Categories, UnknownOnesMoveNowhere) {
    for (const auto& one : kCategories) {
        EXPECT_FALSE(may_move(one, "nowhere"));
        EXPECT_FALSE(may_move("nowhere", one));
        EXPECT_FALSE(may_move(one, ""));
    }
    EXPECT_FALSE(may_move("", ""));
}

TEST(Categories, AreSuggestedByAStatusName) {
    const std::pair<const char*, const char*> known[] = {{"Open", "open"},
                                                         {"New", "open"},
                                                         {"In Progress", "in_progress"},
                                                         {"doing", "in_progress"},
                                                         {"Started", "in_progress"},
                                                         {"Blocked", "blocked"},
                                                         {"On Hold", "blocked"},
                                                         {"Paused", "blocked"},
                                                         {"Waiting for parts", "blocked"},
                                                         {"Pending Review", "review"},
                                                         {"Awaiting approval", "review"},
                                                         {"Testing", "review"},
                                                         {"Closed", "done"},
                                                         {"Completed", "done"},
                                                         {"Done", "done"},
                                                         {"Resolved", "done"},
                                                         {"Finished", "done"},
                                                         {"Cancelled", "cancelled"},
                                                         {"Canceled", "cancelled"},
                                                         {"Rejected", "cancelled"},
                                                         {"Won't do", "cancelled"},
                                                         {"Duplicate", "cancelled"},
                                                         {"Backlog", "open"},
                                                         {"", "open"},
                                                         {"進行中", "open"}};
    for (const auto& [name, category] : known) EXPECT_EQ(category_of(name), category) << name;
}

TEST(Slugs, AreShortNamesOfAnyScript) {
    const std::pair<const char*, const char*> known[] = {
        {"In Progress", "in_progress"}, {"  Open  ", "open"}, {"A -- B", "a_b"},
        {"Won't do", "won_t_do"},       {"Été", "Été"},       {"進行中", "進行中"},
        {"2nd line", "2nd_line"},       {"!!!", "status"},    {"", "status"}};
    for (const auto& [name, slug] : known) EXPECT_EQ(slug_of(name), slug) << name;
}

TEST(Colors, AreSixHexadecimalDigits) {
    for (const auto* good : {"#FF5733", "#000000", "#abcdef"}) EXPECT_EQ(check_color(core::json::value(good)), "");
    EXPECT_EQ(check_color(core::json::value(nullptr)), "");
    for (const auto* bad : {"", "#", "red", "#FF573", "#FF57333", "FF5733#", "#GG0000", "#ff 733"})
        EXPECT_NE(check_color(core::json::value(bad)), "") << bad;
}

}  // namespace
}  // namespace nightshift::domain::jobs
