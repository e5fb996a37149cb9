// nightshift cron preview and cron next, as a shell sees them.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/json/json.h"
#include "tests/kit/instrumented.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;

struct Answer {
    int exit_code;
    std::string text;
};

Answer output_of(const std::string& command) {
    auto* pipe = ::popen(command.c_str(), "r");
    std::string text;
    char buffer[65536];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, size);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

/// What the program prints, errors included.
Answer run(const std::string& arguments) {
    return output_of("'" NIGHTSHIFT_PROGRAM "' cron " + arguments + " 2>&1");
}

std::vector<json::object> ask(const std::string& questions) {
    const auto path = std::filesystem::temp_directory_path() / ("nightshift-cron-" + std::to_string(::getpid()));
    std::ofstream(path) << questions;
    const auto answer = run("next --stdin < '" + path.string() + "'");
    std::filesystem::remove(path);
    EXPECT_EQ(answer.exit_code, 0) << answer.text.substr(0, 1000);
    std::vector<json::object> out;
    std::istringstream lines(answer.text);
    for (std::string line; std::getline(lines, line);) out.push_back(json::parse_object(line));
    return out;
}

TEST(CronPreview, shows_local_time_utc_and_why) {
    const auto answer = run("preview '30 2 * * *' --tz Europe/Paris --from 2026-03-28T00:00:00Z --count 2");
    EXPECT_EQ(answer.exit_code, 0);
    EXPECT_EQ(
        answer.text,
        "2026-03-28 02:30:00 +01:00 CET   2026-03-28T01:30:00Z\n"
        "2026-03-29 03:00:00 +02:00 CEST   2026-03-29T01:00:00Z   in the gap: there is no 02:30, so the first valid "
        "instant after it\n");
}

TEST(CronPreview, prints_json_with_and_without_why) {
    const std::string rule = "preview '30 2 * * *' --tz Europe/Paris --from 2026-10-24T12:00:00Z --count 1 --json";
    EXPECT_EQ(run(rule).text, "[\"2026-10-25T00:30:00Z\"]\n");
    EXPECT_EQ(run(rule + " --why").text,
              "[{\"at\":\"2026-10-25T00:30:00Z\",\"local\":\"2026-10-25 02:30:00 +02:00 CEST\",\"why\":\"in the fold: "
              "first pass of two, once is enough\"}]\n");
}

TEST(CronPreview, wrong_arguments_exit_with_64_and_say_what_was_expected) {
    for (const auto& [arguments, expected] : std::vector<std::pair<std::string, std::string>>{
             {"preview '* * * *'", "^ expected five fields"},
             {"preview '* * * * *' --tz Eurpe/Paris", "--tz: expected an IANA zone, got \"Eurpe/Paris\"; did you mean"},
             {"preview '* * * * *' --from yesterday", "--from: expected an RFC 3339 time"},
             {"preview '* * * * *' --from 9999-01-01T00:00:00Z", "from 1678 to 2261"},
             {"preview '* * * * *' --count 0", "--count"},
             {"preview", "expression"},
             {"next", "--stdin"}}) {
        const auto answer = run(arguments);
        EXPECT_EQ(answer.exit_code, 64) << arguments;
        EXPECT_NE(answer.text.find(expected), std::string::npos) << arguments << ": " << answer.text;
    }
}

TEST(CronNext, answers_each_line_with_fires_or_the_column) {
    const auto answers = ask(R"({"expression":"0 12 * * *","tz":"Asia/Tokyo","from":"2026-01-01T00:00:00Z","count":2})"
                             "\n"
                             R"({"expression":"61 * * * *","tz":"UTC","from":"2026-01-01T00:00:00Z","count":2})"
                             "\n"
                             R"({"expression":"* * * * *","tz":"Nowhere","from":"2026-01-01T00:00:00Z","count":2})"
                             "\r\n\n");
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0], (json::object{{"expected", {"2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"}}}));
    EXPECT_EQ(answers[1].at("valid"), false);
    EXPECT_EQ(answers[1].at("column"), 1);
    EXPECT_EQ(answers[2].at("valid"), false);
    EXPECT_EQ(answers[2].at("column"), 0);
}

TEST(CronNext, survives_lines_that_make_no_sense) {
    const std::vector<std::string> lines{"not json",
                                         "{}",
                                         "[]",
                                         "null",
                                         "1",
                                         "{\"expression\":1}",
                                         "{\"expression\":\"* * * * *\",\"count\":-1}",
                                         "{\"expression\":\"* * * * *\",\"count\":1e300}",
                                         "{\"expression\":\"* * * * *\",\"count\":1.5}",
                                         "{\"expression\":\"* * * * *\",\"from\":\"0000-00-00T00:00:00Z\"}",
                                         "{\"expression\":\"* * * * *\",\"tz\":\"../../etc/passwd\"}",
                                         "{\"expression\":\"* * * * *\",\"tz\":null}",
                                         "{\"expression\":\"* * * * *\",\"zone\":\"UTC\"}",
                                         "\xff\xfe{\"",
                                         std::string(100, '['),
                                         "{\"expression\":\"" + std::string(100000, '*') + "\"}",
                                         std::string(1000000, 'x')};
    std::string questions;
    for (const auto& line : lines) questions += line + "\n";
    const auto answers = ask(questions + R"({"expression":"@daily","from":"2026-01-01T00:00:00Z","count":1})" + "\n");
    ASSERT_EQ(answers.size(), lines.size() + 1);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(answers[i].at("valid"), false) << lines[i].substr(0, 80);
        EXPECT_FALSE(answers[i].at("error").as_string().empty());
    }
    EXPECT_EQ(answers.back(), (json::object{{"expected", {"2026-01-02T00:00:00Z"}}}));
}

TEST(CronNext, a_hundred_thousand_lines_take_less_than_ten_seconds) {
    const char* zones[] = {"Europe/Paris", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Erope/Paris"};
    const char* rules[] = {"30 2 * * *", "*/7 1-5 * * MON-FRI", "0 0 29 2 *", "0 0 30 2 *", "15,45 8 LW * *"};
    std::string questions;
    for (int i = 0; i < 100000; ++i)
        questions += std::string("{\"expression\":\"") + rules[i % 5] + "\",\"tz\":\"" + zones[i / 5 % 5] +
                     "\",\"from\":\"20" + std::to_string(10 + i % 80) + "-03-28T00:00:00Z\",\"count\":3}\n";
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(ask(questions).size(), 100000U);
    const auto taken = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(kInstrumented || taken < std::chrono::seconds(10));
}

TEST(CronPage, each_command_of_the_page_answers_as_it_says) {
    std::ifstream page(NIGHTSHIFT_SOURCE "/docs/reference/cron.md");
    std::vector<std::pair<std::string, std::string>> examples;  // command, what it prints
    bool open = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```"))
            open = false;
        else if (line.starts_with("$ "))
            examples.emplace_back(line.substr(2), ""), open = true;
        else if (open)
            examples.back().second += line + "\n";
    }
    EXPECT_GE(examples.size(), 3U);
    for (const auto& [command, expected] : examples)
        EXPECT_EQ(output_of("PATH=\"$(dirname '" NIGHTSHIFT_PROGRAM "'):$PATH\"; " + command).text, expected)
            << command;
}

}  // namespace
}  // namespace nightshift::tests
