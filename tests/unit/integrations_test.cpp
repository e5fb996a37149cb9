// What the configuration may say to the kinds that reach out, and text made of foreign bytes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error/error.h"
#include "core/http/client.h"
#include "core/time/time.h"
#include "daemon/configuration.h"
#include "workers/integrations/settings.h"
#include "workers/integrations/text.h"

namespace nightshift {
namespace {

using daemon::Configuration;
using namespace std::chrono_literals;

std::string problem_of(const std::string& yaml) {
    try {
        Configuration::from_text(yaml, "f.yaml");
    } catch (const core::Error& error) {
        EXPECT_EQ(error.code(), core::Code::configuration);
        return error.what();
    }
    return {};
}
void expect_problem(const std::string& yaml, const std::string& part) {
    EXPECT_NE(problem_of(yaml).find(part), std::string::npos) << yaml << problem_of(yaml);
}

TEST(Integrations, commands_of_the_configuration_are_checked_one_by_one) {
    EXPECT_EQ(problem_of("commands:\n  - {name: a, program: /bin/true}\n  - {name: b, program: /bin/true}\n"), "");
    EXPECT_EQ(problem_of("commands:\n"), "");
    expect_problem("commands:\n  - {name: a, progam: /bin/true}\n",
                   "f.yaml:2:15: commands[0].progam: unknown setting; did you mean \"program\"?");
    expect_problem("commands:\n  - {name: a, program: /x}\n  - {name: b, program: x}\n",
                   "f.yaml:3:15: commands[1].program");
    expect_problem("commands:\n  - {name: a}\n", "commands[0].program: required");
    expect_problem("commands: [5]\n", "commands[0]: expected an object");
    expect_problem("commands:\n  - {name: a, program: /x}\n  - {name: a, program: /y}\n", "\"a\" twice");
    expect_problem("commands:\n  - {name: a, program: /x, arguments: ['--file={file}']}\n", "argument of its own");
    EXPECT_EQ(problem_of("commands:\n  - {name: a, program: /x, arguments: ['{file}', '{\"json\": {}}']}\n"), "");
    expect_problem("commands:\n  - {name: a, program: /x, environment: {\"A=B\": c}}\n", "letters, digits and _");
    expect_problem("commands:\n  - {name: a, program: /x, environment: {A: 1}}\n", "put it in quotes");
    expect_problem("commands:\n  - {name: a, program: /x, retry_exit_codes: [0]}\n", "exit codes from 1 to 255");
    expect_problem("commands:\n  - {name: a, program: /x, timeout: soon}\n", "commands[0].timeout");
}

TEST(Integrations, networks_and_credentials_of_the_configuration_are_checked) {
    EXPECT_EQ(problem_of("http:\n  allow_private: [10.0.0.0/8, hooks.internal, '::1']\n"), "");
    expect_problem("http:\n  allow_private: [10.0.0.1/8]\n", "f.yaml:2:3: http.allow_private");
    EXPECT_EQ(problem_of("http:\n  credentials:\n    - {name: a, value: secret, hosts: [x.org]}\n"), "");
    expect_problem("http:\n  credentials:\n    - {name: a, value: secret}\n", "http.credentials[0].hosts: required");
    expect_problem("http:\n  credentials:\n    - {name: a, hosts: [x.org]}\n", "either value or value_file");
    expect_problem("http:\n  credentials:\n    - {name: a, value: s, hosts: [x.org], header: 'a b'}\n",
                   "\"a\": headers");
    EXPECT_EQ(problem_of("http:\n  credentials:\n    - {name: a, value: 12345678, hosts: [x.org]}\n").find("12345678"),
              std::string::npos);
    expect_problem("http:\n  credentials:\n    - {name: a, value_file: /no/such, hosts: [x.org]}\n", "can't be read");
}

TEST(Integrations, secrets_come_from_files_and_are_not_shown) {
    const auto path = std::filesystem::temp_directory_path() / ("secret-" + core::time::uuid7());
    std::ofstream(path) << "Bearer deep-secret\n";
    const auto configuration = Configuration::from_text(
        "http:\n  credentials:\n    - {name: a, value_file: " + path.string() + ", hosts: [x.org]}\n" +
            "commands:\n  - {name: a, program: /x, environment: {KEY: deep-secret}}\n",
        "f.yaml");
    std::filesystem::remove(path);
    EXPECT_EQ(configuration.at("http.credentials").as_array()[0].at("value").as_string(), "Bearer deep-secret");
    const auto shown = core::json::text(configuration.shown());
    EXPECT_EQ(shown.find("deep-secret"), std::string::npos) << shown;
}

TEST(Integrations, foreign_bytes_become_text) {
    using namespace workers::integrations;
    EXPECT_TRUE(is_text("Grüße 漢字 🌙"));
    for (const std::string_view bad :
         {std::string_view("a\0b", 3), std::string_view("\xff"), std::string_view("\xc3"), std::string_view("\xc0\x80"),
          std::string_view("\xed\xa0\x80"), std::string_view("\xf4\x90\x80\x80"), std::string_view("\xe2\x82")})
        EXPECT_FALSE(is_text(bad));
    EXPECT_EQ(as_text(std::string_view("a\0\xff"
                                       "ü",
                                       5)),
              "a\ufffd\ufffdü");
    EXPECT_EQ(last_of("aüb", 2), "b");
    EXPECT_EQ(last_of("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);
    EXPECT_EQ(last_of("aüb", 3), "üb");
}

TEST(Integrations, retry_after_is_read_as_seconds_or_as_a_date) {
    using core::http::ClientResponse;
    const auto now = std::chrono::system_clock::from_time_t(1445412480);  // Wed, 21 Oct 2015 07:28:00 GMT
    const auto asked = [&](const char* value, const char* date = "") {
        return core::http::retry_after(ClientResponse{.headers = {{"retry-after", value}, {"date", date}}}, now);
    };
    EXPECT_EQ(asked("120"), 120s);
    EXPECT_EQ(asked("Wed, 21 Oct 2015 07:29:00 GMT"), 60s);
    EXPECT_EQ(asked("Wed, 21 Oct 2015 07:29:00 GMT", "Wed, 21 Oct 2015 07:28:50 GMT"), 10s);
    EXPECT_EQ(asked("Wed, 21 Oct 2015 07:00:00 GMT"), 0s);
    EXPECT_EQ(asked("99999999999999999999999"), 366 * 24h);
    for (const auto* none : {"", "soon", "-5", "1.5", "10 s"}) EXPECT_FALSE(asked(none)) << none;
}

}  // namespace
}  // namespace nightshift
