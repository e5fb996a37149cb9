// Configuration: what is refused and where, what stands over what, what a reload says.
#include "daemon/configuration.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/config/yaml.h"
#include "core/error/error.h"

namespace nightshift::daemon {
namespace {

namespace json = core::json;
using core::schema::Field;
using core::schema::Type;

std::string message_of(const std::string& yaml, Overrides overrides = {}) {
    try {
        Configuration::from_text(yaml, "f.yaml", std::move(overrides));
        return "accepted";
    } catch (const core::Error& problem) {
        EXPECT_EQ(problem.code(), core::Code::configuration);
        return problem.what();
    }
}

/// A variable of the environment, for as long as it lives.
class Variable {
public:
    Variable(std::string name, const std::string& value) : name_(std::move(name)) {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    std::string name_;
};

/// A file that is gone when the test ends.
class File {
public:
    explicit File(const std::string& text)
        : path_(std::filesystem::temp_directory_path() / ("nightshift-configuration-" + std::to_string(::getpid()))) {
        write(text);
    }
    ~File() { std::filesystem::remove(path_); }
    void write(const std::string& text) const { std::ofstream(path_) << text; }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

struct Wrong {
    std::string yaml, expected;
};
class Refused : public testing::TestWithParam<Wrong> {};

TEST_P(Refused, with_its_place_and_the_reason) {
    const auto message = message_of(GetParam().yaml);
    EXPECT_NE(message.find(GetParam().expected), std::string::npos) << GetParam().yaml << "\n-> " << message;
}

INSTANTIATE_TEST_SUITE_P(
    yaml, Refused,
    testing::Values(Wrong{"api: &a\n  port: 1\n", "f.yaml:1:6: anchors"},
                    Wrong{"api: {host: &a '127.0.0.1'}\n", "f.yaml:1:13: anchors"},
                    Wrong{"a: 'x' # y\nb: [1,&z 2]\n", "f.yaml:2:7: anchors"},
                    Wrong{"a: \"'\"\nb: &x 1\n", "f.yaml:2:4: anchors"}, Wrong{"? &k api\n: 1\n", "anchors"},
                    Wrong{"a: *b\n", "f.yaml:1:4"}, Wrong{"a: !!str 1\n", "f.yaml:1:4: tags"},
                    Wrong{"api: {port: !!int \"8000\"}\n", "f.yaml:1:13: tags"},
                    Wrong{"api: !mine {port: 1}\n", "f.yaml:1:6: tags"}, Wrong{"a: [!x 1]\n", "tags"},
                    Wrong{"log: {level: info}\n---\nlog: {level: debug}\n", "a second document"},
                    Wrong{"---\n---\n", "a second document"}, Wrong{"api:\n...\n---\nfoo: 1\n", "a second document"},
                    Wrong{"just text\n", "f.yaml:1:1: expected keys"}, Wrong{"- 1\n", "f.yaml:1:1: expected keys"},
                    Wrong{"? [a]\n: 1\n", "expected a name as key"},
                    Wrong{"api: {port: 1, port: 2}\n", "f.yaml:1:16: the key \"api.port\""},
                    Wrong{std::string(40, '['), "f.yaml:1:"},
                    Wrong{"a: " + std::string(40, '[') + std::string(40, ']'), "32 levels"},
                    Wrong{"api: {port: 1\n", "f.yaml:"}, Wrong{std::string(2 << 20U, ' '), "1 MiB"}));

INSTANTIATE_TEST_SUITE_P(
    settings, Refused,
    testing::Values(
        Wrong{"api:\n  prot: 1\n", "f.yaml:2:3: api.prot: unknown setting; did you mean \"port\"?"},
        Wrong{"ap: {port: 1}\n", "f.yaml:1:1: ap: unknown setting; did you mean \"api\"?"},
        Wrong{"lease: 1m\n", "f.yaml:1:1: lease: unknown setting; did you mean \"workers.lease\"?"},
        Wrong{"workers: {transport: rabbitmq}\n", "did you mean \"broker.transport\"?"},
        Wrong{"workers:\n  slots: 4\n  lease: 15s\n",
              "f.yaml:3:3: workers.lease: expected workers.lease to be at least"},
        Wrong{"workers:\n  beat: 20s\n", "f.yaml:2:3: workers.beat: expected workers.lease to be at least"},
        Wrong{"api:\n  token: abc\n", "f.yaml:2:3: api.token: gone: clients show an API key"},
        Wrong{"errors:\n  sentry_dsn: https://errors.example.org/1\n", "f.yaml:2:3: errors.sentry_dsn: expected a DSN"},
        Wrong{"broker:\n  url: abc\n  url_file: /t\n",
              "f.yaml:3:3: broker.url_file: expected it or broker.url, not both"},
        Wrong{"database: {url: x, url_file: /t}\n", "f.yaml:1:20: database.url_file: expected it or database.url"},
        Wrong{"broker:\n  url_file: /nowhere/url\n", "f.yaml:2:3: broker.url_file: the file \"/nowhere/url\""},
        Wrong{"api: {max_body: 2000.5}\n", "f.yaml:1:7: api.max_body: expected whole bytes, got 2"},
        Wrong{"api: {max_body: 1.3KiB}\n", "api.max_body: expected whole bytes, got \"1.3KiB\""},
        Wrong{"api: {port: 8000.5}\n", "expected a whole number"},
        Wrong{"workers: {beat: nan}\n", "expected a duration"}, Wrong{"workers: {beat: .inf}\n", "expected a duration"},
        Wrong{"workers: {beat: inf}\n", "expected a duration"}, Wrong{"api: {port: nan}\n", "expected a whole number"},
        Wrong{"database: {pool: -1}\n", "at least 0"}, Wrong{"database: {statement_timeout: 0s}\n", "at least 0.1"}));

INSTANTIATE_TEST_SUITE_P(in_production, Refused,
                         testing::Values(Wrong{"environment: production\ndiagnostics:\n  enabled: true\n",
                                               "f.yaml:3:3: diagnostics.enabled"},
                                         Wrong{"environment: production\napi:\n  host: 0.0.0.0\n",
                                               "f.yaml:3:3: api.host: expected 127.0.0.1 or ::1, or api.behind_tls"}));

TEST(Configuration, every_problem_is_said_at_once) {
    const auto message = message_of("api: {port: x}\nbroker: {url: a, url_file: b}\nlog: {level: loud}\nfoo: 1\n");
    for (const auto* part : {"api.port", "broker.url_file", "log.level", "foo: unknown"})
        EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(Configuration, production_takes_what_is_no_trial) {
    EXPECT_EQ(message_of("environment: production\napi: {host: 0.0.0.0, behind_tls: true}\n"), "accepted");
    EXPECT_EQ(message_of("environment: production\n"), "accepted");
}

TEST(Configuration, quoted_texts_stay_texts_and_no_reference_is_seen_in_them) {
    const auto read = core::config::parse_yaml("a: '&b *c'\nb: \"!!str\"\nc: '12'\nd: x&y # *z\ne: !  '5'\n", "f");
    EXPECT_EQ(read.values.at("a"), "&b *c");
    EXPECT_EQ(read.values.at("b"), "!!str");
    EXPECT_EQ(read.values.at("c"), "12");
    EXPECT_EQ(read.values.at("d"), "x&y");
    EXPECT_EQ(read.values.at("e"), "5");
}

/// A value other than the default, as one writes it in the environment, and what it means.
std::pair<std::string, json::value> another(const Field& field) {
    switch (field.type) {
        case Type::boolean: {
            const bool other = field.rules.fallback != "true";
            return {other ? "true" : "false", other};
        }
        case Type::integer: {
            const auto other = static_cast<std::int64_t>(std::max(field.rules.min, 1.0)) + 1;
            return {std::to_string(other), other};
        }
        case Type::duration:
            return {"25s", "25s"};
        case Type::size:
            return {"4KiB", "4KiB"};
        case Type::uuid:
            return {"0190d1a0-0000-7000-8000-00000000000f", "0190d1a0-0000-7000-8000-00000000000f"};
        case Type::texts:
            return {"one,two", json::array{"one", "two"}};
        case Type::choice: {
            const auto other = std::string(field.rules.choices.substr(field.rules.choices.rfind('|') + 1));
            return {other, json::value(other)};
        }
        default:
            return {"12345: text, \"as # it stands", "12345: text, \"as # it stands"};
    }
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

TEST(Configuration, every_setting_can_come_from_the_environment) {
    // With a file of its own for each that names one, and a lease that goes with another beat.
    const File secret("from a file\n");
    for (const auto& section : setting_fields())
        for (const auto& field : section.rules.fields) {
            if (section.type == Type::array) continue;  // its entries have no names to say
            if (field.type == Type::object || field.type == Type::array || field.type == Type::any) continue;
            const auto path = std::string(section.name) + "." + std::string(field.name);
            auto [text, expected] = another(field);
            if (path == "api.host") text = "::1", expected = "::1";
            if (path == "errors.sentry_dsn") text = "https://key@errors.example/7", expected = json::value(text);
            if (path == "mail.from") text = "a@example.org", expected = json::value(text);
            if (path == "mail.site") text = "https://a.example.org", expected = json::value(text);
            if (path == "mail.digest_at") text = "09:30", expected = json::value(text);
            if (path == "cors.origins") text = "https://one.example", expected = json::array{text};
            if (path.ends_with("_file") && path != "attachments.max_file")
                text = secret.path(), expected = json::value(text);
            const Variable variable("NIGHTSHIFT_" + upper(section.name) + "__" + upper(field.name), text);
            const auto* yaml = path == "workers.beat" ? "workers: {lease: 10m}" : "";
            EXPECT_EQ(Configuration::from_text(yaml, "f.yaml").at(path), expected) << path;
            if (path == "broker.url_file") {
                EXPECT_EQ(Configuration::from_text("", "f.yaml").text("broker.url"), "from a file");
            }
        }
}

TEST(Configuration, origins_are_written_as_browsers_send_them) {
    for (const auto* bad : {"'*'", "app.example.org", "https://app.example.org/", "https://APP.example.org",
                            "https://*.example.org", "ftp://x", "'null'", "https://"})
        EXPECT_NE(message_of("cors: {origins: [" + std::string(bad) + "]}\n").find("cors.origins"), std::string::npos)
            << bad;
    EXPECT_NO_THROW(
        Configuration::from_text("cors: {origins: ['https://app.example.org', 'http://localhost:5173']}", "f.yaml"));
}

TEST(Configuration, the_environment_stands_over_the_file_and_the_command_line_over_both) {
    const Variable variable("NIGHTSHIFT_WORKERS__SLOTS", "5");
    EXPECT_EQ(Configuration::from_text("workers: {slots: 4}", "f").number("workers.slots"), 5);
    EXPECT_EQ(Configuration::from_text("", "f", {{"workers.slots", "6", "--slots"}}).number("workers.slots"), 6);
    const auto given = Configuration::from_text("", "f", {{"workers.queues", "a,b", "--queues"}});
    EXPECT_EQ(given.at("workers.queues"), json::value(json::array{"a", "b"}));
    EXPECT_EQ(message_of("", {{"workers.slots", "0", "--slots"}}), "--slots: workers.slots: expected at least 1");
}

TEST(Configuration, a_variable_that_is_wrong_is_named) {
    const Variable unknown("NIGHTSHIFT_API__PROT", "1"), wrong("NIGHTSHIFT_WORKERS__SLOTS", "many"),
        environment("NIGHTSHIFT_ENVIRONMENT", "prod"), other("NIGHTSHIFT_URL", "http://localhost");
    const auto message = message_of("");
    EXPECT_NE(message.find("environment NIGHTSHIFT_API__PROT: api.prot: unknown setting; did you mean \"port\"?"),
              std::string::npos)
        << message;
    EXPECT_NE(message.find("environment NIGHTSHIFT_WORKERS__SLOTS: workers.slots"), std::string::npos) << message;
    EXPECT_NE(message.find("environment NIGHTSHIFT_ENVIRONMENT: environment: expected one of"), std::string::npos);
    EXPECT_EQ(message.find("NIGHTSHIFT_URL"), std::string::npos) << message;
}

TEST(Configuration, a_reload_names_what_needs_a_restart_until_there_was_one) {
    const File file("workers: {slots: 4}\nlog: {level: info}\n");
    const auto started = Configuration::load(file.path(), {{"workers.name", "w", "--name"}});
    EXPECT_TRUE(started.needs_restart(started.again()).empty());
    file.write("workers: {slots: 5}\nlog: {level: debug}\napi: {port: 1}\n");
    const std::vector<std::string> expected{"api.port", "workers.slots"};
    for (int reload = 0; reload < 2; ++reload) {
        auto paths = started.needs_restart(started.again());
        std::ranges::sort(paths);
        EXPECT_EQ(paths, expected);
    }
    EXPECT_EQ(started.again().text("log.level"), "debug");
    file.write("workers: {slots: 4}\n");
    EXPECT_TRUE(started.needs_restart(started.again()).empty());
}

/// Runs the program; its exit code, and what it printed.
std::pair<int, std::string> run(const std::string& arguments) {
    auto* pipe = ::popen(("timeout 20 '" NIGHTSHIFT_PROGRAM "' " + arguments + " 2>&1").c_str(), "r");
    std::string text;
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TEST(Configuration, each_command_exits_with_78_and_says_where_it_is_wrong) {
    const File file("environment: production\nworkers:\n  beat: 1m\n");
    const auto config = " --config " + file.path();
    for (const auto* command : {"check", "migrate", "seed --demo", "worker", "serve"}) {
        const auto [code, text] = run(command + config);
        EXPECT_EQ(code, 78) << command;
        EXPECT_NE(text.find(file.path() + ":3:3: workers.beat: expected workers.lease"), std::string::npos) << text;
    }
    file.write("environment: production\n");
    EXPECT_EQ(run("check" + config).first, 0);
    EXPECT_EQ(run("seed --demo" + config),
              std::pair(78, std::string("nightshift: environment: production takes no demo data\n")));
    EXPECT_EQ(run("worker --slots 0" + config),
              std::pair(78, std::string("nightshift: --slots: workers.slots: expected at least 1\n")));
    EXPECT_EQ(run("worker --queues a,,b" + config),
              std::pair(78, std::string("nightshift: --queues: workers.queues: expected names of 1 to 60 characters "
                                        "without spaces, got \"\"\n")));
}

TEST(Configuration, the_reference_page_is_what_the_program_prints) {
    std::ifstream file(std::string(NIGHTSHIFT_SOURCE) + "/docs/reference/configuration.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(page, setting_reference()) << "build/dev/nightshift check --reference > docs/reference/configuration.md";
}

TEST(Configuration, mail_sends_no_password_in_the_open_and_none_without_a_user) {
    EXPECT_EQ(message_of("mail: {host: mail.example.org, user: us, password: secret words}"), "accepted");
    EXPECT_EQ(message_of("mail: {host: 127.0.0.1, user: us, password: secret words, tls: none}"), "accepted");
    EXPECT_NE(
        message_of("mail: {host: mail.example.org, user: us, password: secret words, tls: none}").find("mail.tls"),
        std::string::npos);
    EXPECT_NE(message_of("mail: {host: mail.example.org, user: us}").find("mail.password"), std::string::npos);
    EXPECT_NE(message_of("mail: {from: nobody}").find("mail.from"), std::string::npos);
    EXPECT_NE(message_of("mail: {digest_at: '24:00'}").find("mail.digest_at"), std::string::npos);
    EXPECT_NE(message_of("mail: {site: nightshift.example.org}").find("mail.site"), std::string::npos);
}

TEST(Configuration, shows_no_secret_of_any_section) {
    const auto shown =
        core::json::text(Configuration::from_text("mail: {host: m.example.org, user: us, password: words-to-hide}\n"
                                                  "attachments: {url_key: letters-and-figures-to-hide}",
                                                  "f.yaml")
                             .shown());
    EXPECT_EQ(shown.find("to-hide"), std::string::npos) << shown;
}

}  // namespace
}  // namespace nightshift::daemon
