// What Prometheus scrapes: counters, gauges and histograms in a registry that somebody owns; there is no global one.
// The only room that knows prometheus-cpp.
//
//   auto& ended = registry.counters("nightshift_run_outcomes_total", "Attempts by how they ended.", {"kind",
//   "outcome"}); const Counter dead = ended.with({"report.generate", "dead"});   // look up once, keep the handle
//   dead.add();                                                     // a few nanoseconds, any thread
//
// Families and handles live as long as the registry. Each family has room for so many series; what comes after goes
// into one whose every label says "other", so no name from outside can fill the memory.
#pragma once

#include <functional>
#include <initializer_list>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace nightshift::core::metrics {

/// Only grows. One without a registry counts nothing.
class Counter {
public:
    Counter() = default;
    explicit Counter(prometheus::Counter& series) : series_(&series) {}
    void add(double amount = 1) const;
    /// For totals that somebody else keeps: grows to `total`, never shrinks. One caller at a time.
    void raise_to(double total) const;
    double value() const;

private:
    prometheus::Counter* series_ = nullptr;
};

class Gauge {
public:
    Gauge() = default;
    explicit Gauge(prometheus::Gauge& series) : series_(&series) {}
    void set(double value) const;
    double value() const;

private:
    prometheus::Gauge* series_ = nullptr;
};

class Histogram {
public:
    Histogram() = default;
    explicit Histogram(prometheus::Histogram& series) : series_(&series) {}
    void observe(double value) const;

private:
    prometheus::Histogram* series_ = nullptr;
};

/// One name, a series for each combination of label values. Any thread.
template <class Series>
class Family {
public:
    struct Impl;
    explicit Family(std::unique_ptr<Impl> impl);
    ~Family();
    /// The values in the order of the label names. A lookup: keep what it returns where speed matters.
    Series with(std::initializer_list<std::string_view> values);

private:
    std::unique_ptr<Impl> impl_;
};

/// Spans of buckets, upper bounds in seconds.
std::vector<double> quick_seconds();  ///< 1 ms .. 10 s: requests
std::vector<double> work_seconds();   ///< 5 ms .. 1 h: waiting and working

class Registry {
public:
    /// `most`: series a family may have.
    explicit Registry(std::size_t most = 1000);
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    using Names = std::initializer_list<std::string_view>;
    /// Throws Error(internal) for a name Prometheus does not allow. Asking again for a name gives the same family.
    Family<Counter>& counters(std::string_view name, std::string_view help, Names labels);
    Family<Gauge>& gauges(std::string_view name, std::string_view help, Names labels);
    Family<Histogram>& histograms(std::string_view name, std::string_view help, Names labels,
                                  const std::vector<double>& buckets);
    Counter counter(std::string_view name, std::string_view help) { return counters(name, help, {}).with({}); }
    Gauge gauge(std::string_view name, std::string_view help) { return gauges(name, help, {}).with({}); }

    /// Called before each scrape, to set what is read instead of counted. Ends with the returned token, which may not
    /// outlive the registry; destroying it waits for a scrape under way.
    using Token = std::shared_ptr<void>;
    [[nodiscard]] Token before_scrape(std::function<void()> refresh);

    /// Everything in Prometheus' text format 0.0.4, by name, then labels. One scrape at a time.
    std::string text();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What text() is.
inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace nightshift::core::metrics
