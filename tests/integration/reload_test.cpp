// SIGHUP: what can change while the daemon runs does, the rest is said at each reload, a wrong file changes nothing.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "tests/kit/database.h"
#include "tests/kit/eventually.h"
#include "tests/kit/program.h"

namespace nightshift::tests {
namespace {

class Reload : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(program_.ready()) << program_.log();
        std::ifstream file(program_.configuration());
        before_ = {std::istreambuf_iterator<char>(file), {}};
    }
    /// Writes the file, asks for a reload, and waits for one more line that tells of `event`.
    bool reload(const std::string& text, const std::string& event) {
        const auto told = program_.told(event);
        std::ofstream(program_.configuration()) << text;
        program_.signal(SIGHUP);
        return eventually([&] { return program_.told(event) > told; });
    }
    std::string with(const std::string& from, const std::string& to) const {
        auto text = before_;
        return text.replace(text.find(from), from.size(), to);
    }

    Database database_;
    Program program_{{.database_url = database_.url()}};
    std::string before_;
};

TEST_F(Reload, says_what_needs_a_restart_each_time_until_it_is_as_before) {
    const auto changed = with("slots: 4", "slots: 5");
    ASSERT_TRUE(reload(changed, "configuration.reloaded")) << program_.log();
    EXPECT_EQ(program_.told("configuration.needs_restart"), 1U) << program_.log();
    EXPECT_NE(program_.log().find("workers.slots"), std::string::npos);
    ASSERT_TRUE(reload(changed, "configuration.reloaded"));
    EXPECT_EQ(program_.told("configuration.needs_restart"), 2U);
    ASSERT_TRUE(reload(before_, "configuration.reloaded"));
    EXPECT_EQ(program_.told("configuration.needs_restart"), 2U);
}

TEST_F(Reload, changes_the_log_at_once) {
    auto quiet = with("log: {format: json", "log: {format: json, level: warn");
    quiet.replace(quiet.find("slots: 4"), 8, "slots: 6");
    ASSERT_TRUE(reload(quiet, "configuration.needs_restart")) << program_.log();
    ASSERT_TRUE(reload(before_, "configuration.reloaded"));
    EXPECT_EQ(program_.told("configuration.reloaded"), 1U) << "the first was below the level that it brought";
}

TEST_F(Reload, refuses_a_wrong_file_and_goes_on) {
    ASSERT_TRUE(reload(before_ + "nonsense: 1\n", "configuration.refused")) << program_.log();
    EXPECT_EQ(program_.told("configuration.reloaded"), 0U);
    EXPECT_EQ(program_.call("GET", "/ready").status, 200);
}

}  // namespace
}  // namespace nightshift::tests
