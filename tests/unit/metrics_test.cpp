// core/metrics: the text format 0.0.4, escapes, limits of series, what is read at a scrape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/error/error.h"
#include "core/metrics/metrics.h"
#include "core/metrics/process.h"
#include "tests/kit/exposition.h"

namespace nightshift::tests {
namespace {

using core::metrics::Registry;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Metrics, says_name_help_type_and_value) {
    Registry registry;
    registry.counter("nightshift_things_total", "Things that happened.").add(2);
    EXPECT_EQ(registry.text(),
              "# HELP nightshift_things_total Things that happened.\n# TYPE nightshift_things_total counter\n"
              "nightshift_things_total 2\n");
}

TEST(Metrics, an_empty_registry_is_an_empty_text) {
    Registry registry;
    registry.counters("nightshift_things_total", "Things.", {"kind"});
    EXPECT_EQ(registry.text(), "");
}

TEST(Metrics, escapes_quotes_backslashes_and_line_feeds_in_label_values) {
    Registry registry;
    registry.gauges("nightshift_depth", "Depth.", {"queue"}).with({"a\"b\\c\nd"}).set(1);
    EXPECT_THAT(registry.text(), HasSubstr(R"(nightshift_depth{queue="a\"b\\c\nd"} 1)"));
    EXPECT_THAT(problems_of(registry.text()), IsEmpty());
    EXPECT_EQ(samples_of(registry.text()).at(R"(nightshift_depth{queue="a\"b\\c\nd"})"), 1);
}

TEST(Metrics, histograms_count_up_to_each_bound) {
    Registry registry;
    const auto times = registry.histograms("nightshift_time_seconds", "Time.", {"kind"}, {0.1, 1}).with({"k"});
    for (const double seconds : {0.05, 0.1, 0.5, 7.0}) times.observe(seconds);
    const auto samples = samples_of(registry.text());
    EXPECT_EQ(samples.at(R"(nightshift_time_seconds_bucket{kind="k",le="0.1"})"), 2);
    EXPECT_EQ(samples.at(R"(nightshift_time_seconds_bucket{kind="k",le="1"})"), 3);
    EXPECT_EQ(samples.at(R"(nightshift_time_seconds_bucket{kind="k",le="+Inf"})"), 4);
    EXPECT_EQ(samples.at(R"(nightshift_time_seconds_count{kind="k"})"), 4);
    EXPECT_DOUBLE_EQ(samples.at(R"(nightshift_time_seconds_sum{kind="k"})"), 7.65);
}

TEST(Metrics, names_from_outside_cannot_fill_the_memory) {
    Registry registry(10);
    auto& family = registry.counters("nightshift_things_total", "Things.", {"kind"});
    for (int i = 0; i < 1000; ++i) family.with({"kind" + std::to_string(i)}).add();
    const auto samples = samples_of(registry.text());
    EXPECT_EQ(samples.size(), 10U);
    EXPECT_EQ(samples.at(R"(nightshift_things_total{kind="other"})"), 991);
    EXPECT_EQ(samples.at(R"(nightshift_things_total{kind="kind0"})"), 1);
}

TEST(Metrics, long_label_values_are_cut) {
    Registry registry;
    registry.gauges("nightshift_depth", "Depth.", {"queue"}).with({std::string(5000, 'x')}).set(1);
    EXPECT_LT(registry.text().size(), 300U);
}

TEST(Metrics, the_same_labels_are_the_same_series) {
    Registry registry;
    auto& family = registry.counters("nightshift_things_total", "Things.", {"kind"});
    family.with({"a"}).add();
    registry.counters("nightshift_things_total", "Things.", {"kind"}).with({"a"}).add();
    EXPECT_EQ(family.with({"a"}).value(), 2);
}

TEST(Metrics, names_that_prometheus_refuses_are_refused) {
    Registry registry;
    EXPECT_THROW(registry.counter("nightshift things", "Things."), core::Error);
    EXPECT_THROW(registry.counters("nightshift_things_total", "Things.", {"a-b"}), core::Error);
    EXPECT_THROW(registry.counters("nightshift_others_total", "Things.", {"a"}).with({}), core::Error);
}

TEST(Metrics, many_threads_count_exactly) {
    Registry registry;
    auto& family = registry.counters("nightshift_things_total", "Things.", {"kind"});
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 5000; ++n) family.with({n % 2 == 0 ? "a" : "b"}).add();
            });
    }
    EXPECT_EQ(family.with({"a"}).value() + family.with({"b"}).value(), 20000);
}

TEST(Metrics, what_is_read_is_fresh_at_each_scrape_and_ends_with_its_token) {
    Registry registry;
    const auto depth = registry.gauge("nightshift_depth", "Depth.");
    int reads = 0;
    auto token = registry.before_scrape([&] { depth.set(++reads); });
    registry.text();
    EXPECT_EQ(samples_of(registry.text()).at("nightshift_depth"), 2);
    token.reset();
    EXPECT_EQ(samples_of(registry.text()).at("nightshift_depth"), 2);
}

TEST(Metrics, a_reading_that_fails_does_not_cost_the_others) {
    Registry registry;
    const auto things = registry.counter("nightshift_things_total", "Things.");
    const auto token = registry.before_scrape([] { throw std::runtime_error("no"); });
    const auto other = registry.before_scrape([&] { things.raise_to(3); });
    EXPECT_EQ(samples_of(registry.text()).at("nightshift_things_total"), 3);
}

TEST(Metrics, totals_kept_elsewhere_only_grow) {
    Registry registry;
    const auto things = registry.counter("nightshift_things_total", "Things.");
    for (const double total : {1.0, 5.0, 3.0}) things.raise_to(total);
    EXPECT_EQ(things.value(), 5);
}

TEST(Metrics, the_process_tells_its_memory_time_and_descriptors) {
    Registry registry;
    const auto token = core::metrics::watch_process(registry);
    const auto text = registry.text();
    EXPECT_THAT(problems_of(text), IsEmpty());
    const auto samples = samples_of(text);
    EXPECT_GT(samples.at("process_resident_memory_bytes"), 1e6);
    EXPECT_GE(samples.at("process_open_fds"), 3);
    EXPECT_GE(samples.at("process_max_fds"), samples.at("process_open_fds"));
    EXPECT_GE(samples.at("process_threads"), 1);
    EXPECT_GT(samples.at("process_start_time_seconds"), 1.6e9);
    EXPECT_TRUE(samples.contains("process_cpu_seconds_total"));
}

// The checker itself: what a scraper would refuse is found.
TEST(Exposition, tells_what_is_wrong_with_a_text) {
    EXPECT_THAT(problems_of("# HELP a_total A.\n# TYPE a_total counter\na_total 1\n"), IsEmpty());
    EXPECT_THAT(problems_of("a_total 1\n"), Not(IsEmpty()));                                  // no type
    EXPECT_THAT(problems_of("# HELP a A.\n# TYPE a counter\na 1\n"), Not(IsEmpty()));         // no _total
    EXPECT_THAT(problems_of("# HELP a A.\n# TYPE a gauge\na 1\na 2\n"), Not(IsEmpty()));      // twice
    EXPECT_THAT(problems_of("# HELP a A.\n# TYPE a gauge\na{b=\"c} 1\n"), Not(IsEmpty()));    // open quote
    EXPECT_THAT(problems_of("# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n"), Not(IsEmpty()));  // no base unit
    EXPECT_THAT(problems_of("# HELP a A.\n# TYPE a gauge\na one\n"), Not(IsEmpty()));         // no number
    EXPECT_THAT(problems_of("# HELP a \n# TYPE a gauge\na 1\n"), Not(IsEmpty()));             // no help
    EXPECT_THAT(problems_of("# HELP a_count A.\n# TYPE a_count gauge\na_count 1\n"),
                Not(IsEmpty()));  // reserved ending
}

}  // namespace
}  // namespace nightshift::tests
