// The real program as a process of its own, with its own configuration, stopped when the test is over.
//
//   Program program({.database_url = database.url(), .queue = "t1", .fail_points = "claim.after_commit=kill"});
//   ASSERT_TRUE(program.ended_by(SIGKILL));
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace nightshift::tests {

struct ProgramSettings {
    std::string database_url;
    std::string broker_url = {};  ///< empty: transport postgres
    std::string queue = "default";
    std::string roles = {};        ///< empty: all
    std::string fail_points = {};  ///< core/error/fail_point.h
    std::filesystem::path reports = {};
    std::size_t slots = 4;
    std::chrono::milliseconds beat{200}, lease{10000}, rescue_every{100}, rehint{1000}, drain{5000};
    std::map<std::string, std::string> environment = {};
    std::filesystem::path log = {};  ///< empty: a file that log() and told() read
    bool has_output = true;          ///< else its standard input, output and error are closed
};

struct Answer {
    int status = 0;  ///< 0: none came
    std::string head, body;
};

class Program {
public:
    explicit Program(ProgramSettings settings);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Serves, and holds its lease.
    bool ready();
    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// The status of waitpid, once it ended within the limit.
    std::optional<int> ended(std::chrono::milliseconds limit = std::chrono::seconds(20));
    bool ended_by(int signal, std::chrono::milliseconds limit = std::chrono::seconds(20));
    bool exited(int code, std::chrono::milliseconds limit = std::chrono::seconds(20));

    std::string log() const;
    /// How many lines of its log tell this event.
    std::size_t told(const std::string& event) const;
    const std::filesystem::path& configuration() const { return configuration_; }
    /// Where its API is, once it is ready.
    std::string url() const { return "http://127.0.0.1:" + port(); }
    std::string port() const;
    /// As the operator, whom `let_operator_in` (tests/kit/operator.h) has made known.
    Answer call(const std::string& method, const std::string& path, const std::string& body = {}) const {
        return ask(port(), method, path, body);
    }
    /// Whoever answers at a port of this machine.
    static Answer ask(const std::string& port, const std::string& method, const std::string& path,
                      const std::string& body = {});

private:
    void write_configuration(const ProgramSettings& settings) const;
    void start(const ProgramSettings& settings);

    std::filesystem::path folder_, configuration_, log_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

}  // namespace nightshift::tests
