// ./dev bench: what Nightshift reaches, each figure beside the raw limit of the machine measured in the same run.
// DESIGN 8.
//   nightshift_bench [--json] [--only drain,latency] [--runs 100000] [--scheduled 10000000] [--pinned 600] [--rows
//   100000] [--open 1000000] [--listeners 5000] [--load 3] [--connections 16] [--request POST]
// needs NIGHTSHIFT_TEST_DATABASE_URL and NIGHTSHIFT_TEST_AMQP_URL. Without --only: all but those that take minutes
// (scheduled, horizon, burst).
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "core/json/json.h"
#include "core/log/log.h"
#include "tests/bench/measure.h"
#include "tests/bench/raw.h"

namespace nightshift::bench {
namespace {

struct Measure {
    std::string_view name;
    bool takes_minutes;
    std::function<void(Figures&, const Options&)> take;
};

Options without_broker(Options options) {
    options.broker.clear();
    return options;
}

const std::vector<Measure>& measures() {
    static const std::vector<Measure> all{
        {"idle", false, measure_idle},
        {"rest", false, measure_rest},
        {"sockets", false, measure_sockets},
        {"submit", false, measure_submit_one_by_one},
        {"latency", false, measure_latency},
        {"latency-postgres", false, [](auto& out, const auto& with) { measure_latency(out, without_broker(with)); }},
        {"drain", false, measure_submit_and_drain},
        {"drain-postgres", false,
         [](auto& out, const auto& with) { measure_submit_and_drain(out, without_broker(with)); }},
        {"urgent", false, measure_urgent},
        {"schedules", false, measure_schedules},
        {"rescue", false, measure_rescue},
        {"reports", false, measure_reports},
        {"overdue", false, measure_sweeps},
        {"webhooks", false, measure_webhooks},
        {"reminders", false, measure_reminders},
        {"broker", false,
         [](auto& out, const auto& with) {
             out.push_back({"raw: confirmed publish, batched", "/s", raw::publish_confirmed(with.broker, 20000), 0, 0});
         }},
        {"scheduled", true, measure_scheduled},
        {"horizon", true, measure_pinned_horizon},
        {"burst", true, measure_burst},
    };
    return all;
}

bool is_wanted(const Measure& measure, const std::string& only) {
    if (only.empty()) return !measure.takes_minutes;
    return ("," + only + ",").find("," + std::string(measure.name) + ",") != std::string::npos;
}

void print(const Figures& figures, bool as_json) {
    core::json::array all;
    for (const auto& one : figures) {
        if (as_json)
            all.push_back(core::json::object{
                {"name", one.name}, {"value", one.value}, {"unit", one.unit}, {"bar", one.bar}, {"raw", one.raw}});
        else if (one.raw > 0)
            std::printf("%-46s %12.2f %-7s bar %9.1f   raw %9.2f   ratio %.2f\n", one.name.c_str(), one.value,
                        one.unit.c_str(), one.bar, one.raw, one.value / one.raw);
        else
            std::printf("%-46s %12.3f %-7s bar %9.1f\n", one.name.c_str(), one.value, one.unit.c_str(), one.bar);
    }
    if (as_json) std::printf("%s\n", core::json::text(core::json::value(all)).c_str());
}

}  // namespace
}  // namespace nightshift::bench

int main(int argc, char** argv) {
    using namespace nightshift;
    bool as_json = false;
    std::string only;
    bench::Options options{.broker = tests::test_setting("NIGHTSHIFT_TEST_AMQP_URL")};
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") {
            as_json = true;
            continue;
        }
        const std::string value = i + 1 < argc ? argv[++i] : "";
        if (word == "--only")
            only = value;
        else if (word == "--runs")
            options.runs = std::stoi(value);
        else if (word == "--scheduled")
            options.scheduled = std::stoi(value);
        else if (word == "--pinned")
            options.pinned = std::chrono::seconds(std::stoi(value));
        else if (word == "--rows")
            options.rows = std::stoi(value);
        else if (word == "--open")
            options.open = std::stoi(value);
        else if (word == "--listeners")
            options.listeners = std::stoi(value);
        else if (word == "--connections")
            options.connections = {std::stoul(value)};
        else if (word == "--request")
            options.request = value;
        else if (word == "--load")
            options.load = std::chrono::seconds(std::stoi(value));
        else {
            std::fprintf(stderr, "nightshift_bench: unknown option %s; see the head of tests/bench/main.cpp\n",
                         argv[i]);
            return 64;
        }
    }
    core::log::configure(core::log::Level::error, core::log::Format::text);
    bench::Figures figures;
    for (const auto& measure : bench::measures())
        if (bench::is_wanted(measure, only)) measure.take(figures, options);
    bench::print(figures, as_json);
    return figures.empty() ? 64 : 0;
}
