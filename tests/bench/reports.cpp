// Reports over many jobs: each format beside COPY TO of the same rows, and beside what Python's libraries need for
// them.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "domain/demo/sql.h"
#include "domain/reports/write.h"
#include "tests/bench/measure.h"
#include "tests/bench/raw.h"

namespace nightshift::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

domain::reports::Question question_of_all_jobs(std::string_view format) {
    return {.type = domain::reports::require_report_type("job_summary"),
            .organization = tests::kOrganization,
            .sight = {"all", {}},
            .parameters = {},
            .title = "All jobs",
            .format = std::string(format),
            .as_of = std::chrono::system_clock::now()};
}

double written_in(tests::Database& database, std::string_view format, const fs::path& file) {
    auto lease = database.pool().acquire();
    core::pg::Transaction tx(lease);
    const auto began = steady_clock::now();
    domain::reports::write(tx, question_of_all_jobs(format), file, [](auto, auto) { return true; });
    return seconds_since(began);
}

/// What a Python program needs to write these rows; 0 where its library is missing.
double python_needs(std::string_view format, const fs::path& rows, const fs::path& file) {
    const auto command = "/usr/bin/python3 " NIGHTSHIFT_SOURCE "/tests/bench/rivals/report.py " + std::string(format) +
                         " '" + rows.string() + "' '" + file.string() + "' 2> /dev/null";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> answer(::popen(command.c_str(), "r"), ::pclose);
    std::array<char, 64> line{};
    return answer && std::fgets(line.data(), line.size(), answer.get()) != nullptr ? std::atof(line.data()) : 0;
}

}  // namespace

void fill_with_jobs(tests::Database& database, int count) {
    core::pg::Pool patient({.url = database.url(), .size = 1, .statement_timeout = std::chrono::minutes(10)});
    auto lease = patient.acquire();
    core::pg::Transaction tx(lease);
    tx.run(domain::demo::sql::seed_organization, tests::kOrganization);
    tx.run(domain::demo::sql::seed_jobs, tests::kOrganization, count);
    tx.commit();
    database.one("analyze");
}

void measure_reports(Figures& figures, const Options& options) {
    tests::Database database;
    fill_with_jobs(database, options.rows);
    const auto folder = fs::temp_directory_path() / ("nightshift-bench-reports." + std::to_string(::getpid()));
    fs::create_directories(folder);
    const auto asked = question_of_all_jobs("CSV");
    const double copied = raw::copy_out(database.url(), std::string(asked.type.rows->sql),
                                        domain::reports::values_of(asked), folder / "raw.csv");
    const auto name = std::to_string(options.rows) + " rows as ";
    figures.push_back({name + "CSV", "s", written_in(database, "CSV", folder / "all.csv"), 2 * copied, copied});
    figures.push_back({name + "JSON", "s", written_in(database, "JSON", folder / "all.json"), 0, copied});
    figures.push_back({name + "HTML", "s", written_in(database, "HTML", folder / "all.html"), 0, copied});
    for (const std::string_view format : {"XLSX", "PDF"}) {
        const double rival = python_needs(format, folder / "all.csv", folder / "rival");
        figures.push_back({name + std::string(format) + " (beside Python's)", "s",
                           written_in(database, format, folder / "all"), rival / 4, rival});
    }
    fs::remove_all(folder);
}

}  // namespace nightshift::bench
