// JSON, fields, settings, times: what is taken and what is refused, with where and why.
#include <gtest/gtest.h>

#include <fstream>

#include "core/config/yaml.h"
#include "core/error/error.h"
#include "core/json/json.h"
#include "core/log/log.h"
#include "core/schema/field.h"
#include "core/text/utf8.h"
#include "core/time/time.h"
#include "daemon/configuration.h"

namespace nightshift {
namespace {

using core::schema::Type;
namespace json = core::json;

std::string message_of(const std::function<void()>& what) {
    try {
        what();
    } catch (const core::Error& problem) {
        return problem.what();
    }
    return "nothing was refused";
}

TEST(Json, is_taken_strictly) {
    EXPECT_EQ(json::text(json::parse(R"({"a":[1,-2.5,"é",true,null]})")), R"({"a":[1,-2.5E0,"é",true,null]})");
    for (const auto& bad :
         std::vector<std::string>{R"({"a":1,"a":2})", "{\"a\":\"\xff\"}", R"({"a":1} x)", "{", R"({'a':1})", "[1,]",
                                  "NaN", "", std::string(40, '[') + std::string(40, ']')})
        EXPECT_THROW(json::parse(bad), core::Error) << bad;
    EXPECT_NE(message_of([] { json::parse(R"({"a":1,"a":2})"); }).find("stands twice"), std::string::npos);
}

constexpr core::schema::Field kInner[] = {{"deep", Type::integer, "A number.", {.min = 1, .max = 9, .fallback = "5"}}};
constexpr core::schema::Field kFields[] = {
    {"name", Type::text, "A name.", {.max = 5, .required = true}},
    {"format", Type::choice, "A format.", {.fallback = R"("CSV")", .choices = "CSV|PDF"}},
    {"wait", Type::duration, "A wait.", {.max = 60}},
    {"inner", Type::object, "More.", {.fallback = "{}", .fields = kInner}},
};

TEST(Schema, names_every_problem_at_once) {
    auto body = json::parse_object(R"({"naem":"x","format":"doc","wait":"2h","inner":{"deep":0}})");
    const auto problems = core::schema::validate(kFields, body);
    std::string all;
    for (const auto& one : problems) all += one.path + ": " + one.message + "\n";
    EXPECT_EQ(problems.size(), 5U) << all;
    EXPECT_NE(all.find("did you mean \"name\""), std::string::npos) << all;
    EXPECT_NE(all.find("inner.deep: expected at least 1"), std::string::npos) << all;
}

TEST(Schema, fills_defaults_at_every_depth_and_mends_the_case_of_choices) {
    auto body = json::parse_object(R"({"name":"x","format":"pdf"})");
    EXPECT_TRUE(core::schema::validate(kFields, body).empty());
    EXPECT_EQ(body.at("format").as_string(), "PDF");
    EXPECT_EQ(body.at("inner").at("deep").as_int64(), 5);
}

TEST(Schema, counts_characters_and_not_bytes) {
    auto body = json::parse_object(R"({"name":"ééééé"})");
    EXPECT_TRUE(core::schema::validate(kFields, body).empty());
}

TEST(Units, are_read_whole_or_not_at_all) {
    EXPECT_DOUBLE_EQ(core::schema::duration_seconds("1h30m"), 5400);
    EXPECT_DOUBLE_EQ(core::schema::duration_seconds("250ms"), 0.25);
    EXPECT_LT(core::schema::duration_seconds("1x"), 0);
    EXPECT_LT(core::schema::duration_seconds("-1s"), 0);
    for (const auto* no_number : {"nan", "inf", "infs", "nanms", "-nan", "+5s"})
        EXPECT_LT(core::schema::duration_seconds(no_number), 0) << no_number;
    EXPECT_DOUBLE_EQ(core::schema::size_bytes("64MiB"), 64.0 * 1024 * 1024);
}

TEST(Time, rfc3339_goes_there_and_back) {
    const auto moment = core::time::parse_rfc3339("2026-03-29T03:30:00.250+02:00");
    ASSERT_TRUE(moment);
    EXPECT_EQ(core::time::rfc3339(*moment), "2026-03-29T01:30:00.250000Z");
    for (const auto* bad :
         {"2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z"})
        EXPECT_FALSE(core::time::parse_rfc3339(bad)) << bad;
}

TEST(Time, what_does_not_fit_is_refused_and_never_wraps_around) {
    for (const auto* far :
         {"0001-01-01T00:00:00Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
        EXPECT_FALSE(core::time::parse_rfc3339(far)) << far;
    for (const auto* near : {"1678-01-01T00:00:00Z", "2261-12-31T23:59:59Z"})
        EXPECT_EQ(core::time::rfc3339(*core::time::parse_rfc3339(near)).substr(0, 19), std::string(near).substr(0, 19));
}

TEST(Uuid, is_version_7_and_ordered_by_time) {
    const auto early = core::time::uuid7(std::chrono::system_clock::time_point(std::chrono::seconds(1000))),
               late = core::time::uuid7();
    EXPECT_LT(early, late);
    EXPECT_EQ(late[14], '7');
    EXPECT_TRUE(core::time::is_uuid(late));
    EXPECT_FALSE(core::time::is_uuid("01a1fcc8-f3b5-7159-b8ed-f03a2b1de70x"));
}

std::string logged(core::log::Format format, const std::string& value) {
    return core::log::line(core::log::Level::info, "test", {{"user", value}}, format, "2026-11-21T00:00:00.000000Z");
}

TEST(Log, no_value_can_forge_a_line_or_drive_a_terminal) {
    for (const auto format : {core::log::Format::json, core::log::Format::text}) {
        for (const std::string bad :
             {"a\nlevel=error\x1b[31m",
              "\xc2\x9b"
              "31m",
              "\xe2\x80\xa8next", "\xe2\x80\xa9", "\x7f", "\xe2\x80\xaereversed", "\r", "a\\u001b\"b"}) {
            const auto line = logged(format, bad);
            EXPECT_EQ(line.find('\n'), line.size() - 1);
            for (const auto* hidden :
                 {"\x1b", "\x7f", "\r", "\xc2\x9b", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae"})
                EXPECT_EQ(line.find(hidden), std::string::npos) << line;
        }
        const auto forged =
            core::log::line(core::log::Level::info, "a\nb", {{"k\n", "v"}}, format, "2026-11-21T00:00:00.000000Z");
        EXPECT_EQ(forged.find('\n'), forged.size() - 1);
    }
}

TEST(Log, a_long_value_is_cut_between_characters_and_broken_ones_are_replaced) {
    for (int before = 0; before < 4; ++before) {
        std::string value(static_cast<std::size_t>(before), 'a');
        for (int i = 0; i < 2000; ++i) value += "\xe2\x82\xac";  // the euro sign, three bytes
        const auto line = logged(core::log::Format::json, value);
        EXPECT_TRUE(core::text::is_utf8(line));
        EXPECT_LT(line.size(), 4300U);
        EXPECT_EQ(json::parse(line).at("user").as_string().find("\xef\xbf\xbd"), std::string::npos);
    }
    for (const std::string bad : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"})
        for (const auto format : {core::log::Format::json, core::log::Format::text}) {
            const auto line = logged(format, bad);
            EXPECT_TRUE(core::text::is_utf8(line)) << line;
            EXPECT_NE(line.find("\xef\xbf\xbd"), std::string::npos) << line;
        }
    EXPECT_EQ(json::parse(logged(core::log::Format::json, "tab\t\"é\" \\")).at("user").as_string(), "tab\t\"é\" \\");
}

TEST(Utf8, is_told_from_what_only_looks_like_it) {
    for (const auto* good : {"", "a", "é", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(core::text::is_utf8(good));
    for (const auto* bad :
         {"\x80", "\xc2", "\xc0\x80", "\xe0\x80\xaf", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xfe"})
        EXPECT_FALSE(core::text::is_utf8(bad)) << bad;
    EXPECT_EQ(core::text::repaired("a\xe2\x82z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(core::text::cut("a\xe2\x82\xac", 3), "a");
    EXPECT_EQ(core::text::cut("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
    EXPECT_EQ(core::text::cut("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);
}

TEST(Configuration, the_documented_file_holds_every_setting_with_its_default) {
    const auto path = std::string(NIGHTSHIFT_SOURCE) + "/config/nightshift.yaml";
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(daemon::Configuration::load(path).at(""), daemon::Configuration::from_text("", "defaults").at(""));
    for (const auto& section : daemon::setting_fields())
        for (const auto& field : section.rules.fields)
            EXPECT_NE(text.find(" " + std::string(field.name) + ":"), std::string::npos)
                << section.name << "." << field.name;
}

TEST(Configuration, problems_come_with_file_line_and_column) {
    const auto message = message_of([] { daemon::Configuration::from_text("api:\n  prot: 1\n  port: x\n", "f.yaml"); });
    EXPECT_NE(message.find("f.yaml:2:3: api.prot"), std::string::npos) << message;
    EXPECT_NE(message.find("f.yaml:3:3: api.port"), std::string::npos) << message;
    EXPECT_NE(message_of([] { daemon::Configuration::from_text("a: 1\na: 2\n", "f.yaml"); }).find("stands twice"),
              std::string::npos);
    EXPECT_NE(message_of([] { daemon::Configuration::from_text("api: [\n", "f.yaml"); }).find("f.yaml:"),
              std::string::npos);
    EXPECT_EQ(
        message_of([] { daemon::Configuration::from_text("api: {token: 12345678}\n", "f.yaml"); }).find("12345678"),
        std::string::npos);
}

TEST(Configuration, an_empty_section_means_its_defaults) {
    EXPECT_EQ(daemon::Configuration::from_text("api:\n", "f.yaml").number("api.port"), 8000);
}

}  // namespace
}  // namespace nightshift
