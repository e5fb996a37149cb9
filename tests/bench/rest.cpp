// The API of the real program beside what others reach on the same database in the same minute.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "core/time/time.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"
#include "tests/kit/eventually.h"
#include "tests/kit/operator.h"
#include "tests/kit/program.h"

namespace nightshift::bench {
namespace {

using namespace std::chrono_literals;

std::string request(const std::string& method, const std::string& target, const std::string& body = {}) {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + tests::kOperatorKey +
           (body.empty() ? std::string{}
                         : "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size())) +
           "\r\n\r\n" + body;
}

/// What is asked about: ids that are there, and two filters that many jobs fit.
struct Asked {
    explicit Asked(tests::Database& database) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto rows = tx.execute("select id from job order by md5(id::text) limit 5000");
        for (std::size_t i = 0; i < rows.size(); ++i) ids.emplace_back(rows.text(i, 0));
        const auto common = tx.execute(
            "select job_status_id, job_priority_id, min(job_type_id::text) from job group by 1, 2 order by count(*) "
            "desc limit 1");
        filters = "job_status_id=" + std::string(common.text(0, 0)) +
                  "&job_priority_id=" + std::string(common.text(0, 1)) + "&limit=50";
        body = R"({"title":"Look after the pump","description":"It runs hot.","job_type_id":")" +
               std::string(common.text(0, 2)) + R"(","job_status_id":")" +
               std::string(tx.execute("select id from job_status where category = 'open' limit 1").text(0, 0)) +
               R"(","job_priority_id":")" + std::string(common.text(0, 1)) +
               R"(","due_date":"2099-03-01T09:00:00Z","estimated_hours":4})";
    }
    std::vector<std::string> ids;
    std::string filters, body;
};

/// FastAPI under uvicorn, until this goes; nothing where it is not installed.
class Rival {
public:
    Rival(const std::string& database_url, const std::string& caller, std::uint16_t port) : port_(port) {
        child_ = ::fork();
        if (child_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        ::setenv("DATABASE_URL", database_url.c_str(), 1);
        ::setenv("ORGANIZATION", tests::kOrganization.c_str(), 1);
        ::setenv("CALLER", caller.c_str(), 1);
        ::setenv("TOKEN", tests::kOperatorKey.c_str(), 1);
        const auto number = std::to_string(port);
        ::execl("/usr/bin/python3", "python3", "-m", "uvicorn", "--app-dir", NIGHTSHIFT_SOURCE "/tests/bench/rivals",
                "--port", number.c_str(), "--log-level", "error", "--no-access-log", "service:app", nullptr);
        ::_exit(127);
    }
    ~Rival() {
        if (is_there()) ::kill(child_, SIGKILL);
        int status = 0;
        ::waitpid(child_, &status, 0);
    }
    Rival(const Rival&) = delete;
    Rival& operator=(const Rival&) = delete;
    bool ready(const std::string& id) {
        return tests::eventually(
                   [&] {
                       return !is_there() || load(
                                                 {.port = port_, .span = 100ms, .ask = [&](auto) {
                                                      return request("GET", "/jobs/" + id);
                                                  }}).answers > 0;
                   },
                   20s) &&
               is_there();
    }

private:
    bool is_there() {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
    }
    std::uint16_t port_;
    pid_t child_ = -1;
};

/// What pgbench does over so many connections; 0 where there is none.
double done_by_pgbench(const std::string& what, const std::string& url, std::size_t connections,
                       std::chrono::seconds span) {
    constexpr std::size_t kMost = 64;  // the server takes no more, beside our own
    const std::string program = "$(ls -d /usr/lib/postgresql/*/bin/pgbench | tail -n 1)";
    const auto command = program + " -n " + what + " -M prepared -c " + std::to_string(std::min(connections, kMost)) +
                         " -j 1 -T " + std::to_string(span.count()) + " '" + url +
                         "' 2> /dev/null | sed -n 's/^tps = \\([0-9.]*\\).*/\\1/p'";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> answer(::popen(command.c_str(), "r"), ::pclose);
    std::array<char, 64> line{};
    return answer && std::fgets(line.data(), line.size(), answer.get()) != nullptr ? std::atof(line.data()) : 0;
}

/// A script of pgbench that reads the jobs which the API is asked for, as the API shows them.
class Script {
public:
    explicit Script(const std::vector<std::string>& ids) {
        std::ofstream file(path_);
        file << "\\set i random(1, " << ids.size() << ")\nselect * from api.job where organization_id = '"
             << tests::kOrganization << "' and id = ('{";
        for (std::size_t i = 0; i < ids.size(); ++i) file << (i == 0 ? "" : ",") << ids[i];
        file << "}'::uuid[])[:i];\n";
    }
    ~Script() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;
    std::string option() const { return "-f " + path_.string(); }

private:
    const std::filesystem::path path_ = std::filesystem::temp_directory_path() / (core::time::uuid7() + ".pgbench");
};

void prepare_pgbench(const std::string& url) {
    const auto command =
        "$(ls -d /usr/lib/postgresql/*/bin/pgbench | tail -n 1) -i -q -s 1 '" + url + "' > /dev/null 2>&1";
    if (std::system(command.c_str()) != 0) std::fprintf(stderr, "no pgbench\n");  // NOLINT(concurrency-mt-unsafe)
}

void tell(const std::string& what, const Come& come) {
    if (come.failures > 0)
        std::fprintf(stderr, "%s: %zu of %zu failed, the first: %s\n", what.c_str(), come.failures, come.answers,
                     come.failure.c_str());
}

/// Others sign in, wrongly and slowly, while one job after another is read.
void measure_beside_logins(Figures& figures, const Asked& asked, std::uint16_t port, std::chrono::seconds span) {
    const auto read = [&] {
        return load({.port = port, .connections = 4, .span = span, .ask = [&](auto i) {
                         return request("GET", "/api/v1/jobs/" + asked.ids[i % asked.ids.size()]);
                     }});
    };
    const auto alone = read();
    Come logins;
    std::jthread others([&] {
        logins = load({.port = port, .connections = 4, .span = span, .ask = [](auto i) {
                           return request(
                               "POST", "/api/v1/auth/login",
                               R"({"email":"n)" + std::to_string(i) + R"(@example.org","password":"wrong horse"})");
                       }});
    });
    const auto beside = read();
    others.join();
    figures.push_back({"one login (bcrypt), p50", "ms", logins.p50_ms, 0, 0});
    figures.push_back({"GET by id while four sign in all the time, p99", "ms", beside.p99_ms, 0, alone.p99_ms});
}

}  // namespace

void measure_rest(Figures& figures, const Options& options) {
    tests::Database database;
    fill_with_jobs(database, options.rows);
    tests::let_operator_in(database.pool());
    const Asked asked(database);
    prepare_pgbench(database.url());
    const Script script(asked.ids);
    tests::Program program({.database_url = database.url(),
                            .environment = {{"NIGHTSHIFT_LIMITS__KEY", "0"}, {"NIGHTSHIFT_LIMITS__SIGN_IN", "0"}}});
    if (!program.ready()) return;
    const auto ours = static_cast<std::uint16_t>(std::stoi(program.port()));
    const std::uint16_t theirs = 20000 + static_cast<std::uint16_t>(::getpid() % 10000);
    Rival rival(database.url(), database.one("select id from app_user where email = 'operator@example.org'"), theirs);
    const bool has_rival = rival.ready(asked.ids.front());
    struct What {
        const char* name;
        double times, bar;  // as often as the rival; the rival's own figure on the machine of the design times that
        std::function<std::string(const std::string& prefix, std::size_t)> ask;
    };
    const What whats[] = {
        {"GET by id", 8, 19120,
         [&](const auto& prefix, auto i) {
             return request("GET", prefix + "/jobs/" + asked.ids[i % asked.ids.size()]);
         }},
        {"list of 50, two filters", 20, 4520,
         [&](const auto& prefix, auto) { return request("GET", prefix + "/jobs?" + asked.filters); }},
        {"POST of a job", 4, 7520,
         [&](const auto& prefix, auto) { return request("POST", prefix + "/jobs", asked.body); }},
    };
    for (const std::size_t connections : options.connections) {
        const auto over = ", " + std::to_string(connections) + " conn.";
        for (const auto& what : whats) {
            if (!std::string_view(what.name).starts_with(options.request)) continue;
            const auto of = [&](std::uint16_t port, const std::string& prefix) {
                return load({.port = port, .connections = connections, .span = options.load, .ask = [&](auto i) {
                                 return what.ask(prefix, i);
                             }});
            };
            const auto came = of(ours, "/api/v1");
            tell(what.name + over, came);
            const auto other = has_rival ? of(theirs, "") : Come{};
            tell(std::string("rival: ") + what.name + over, other);
            figures.push_back({what.name + over + " (raw: FastAPI)", "/s", came.per_second,
                               what.times * other.per_second, other.per_second});
            figures.push_back({what.name + over + " p99 (raw: FastAPI)", "ms", came.p99_ms, 0, other.p99_ms});
            if (connections == 128) {
                // As fast as they come, 128 requests wait in line however fast each is: who waits how long when there
                // is half as much to do says more.
                const auto calm = load({.port = ours,
                                        .connections = connections,
                                        .span = options.load,
                                        .ask = [&](auto i) { return what.ask("/api/v1", i); },
                                        .per_second = came.per_second / 2});
                tell(what.name + over + ", half", calm);
                figures.push_back({what.name + over + ", half of that a second, p99", "ms", calm.p99_ms, 10, 0});
            }
            if (&what == &whats[0]) {
                const double raw = done_by_pgbench("-S", database.url(), connections, options.load);
                figures.push_back({what.name + over + " (raw: pgbench -S)", "/s", came.per_second, 0, raw});
                const double same = done_by_pgbench(script.option(), database.url(), connections, options.load);
                figures.push_back(
                    {what.name + over + " (raw: pgbench, the same)", "/s", came.per_second, same / 2, same});
            }
        }
    }
    if (options.request.empty()) measure_beside_logins(figures, asked, ours, options.load);
}

}  // namespace nightshift::bench
