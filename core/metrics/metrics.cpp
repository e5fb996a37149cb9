#include "core/metrics/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <shared_mutex>

#include "core/error/error.h"
#include "core/log/log.h"

namespace nightshift::core::metrics {
namespace {

constexpr std::string_view kOther = "other";
constexpr std::size_t kLongestValue = 120;

prometheus::Counter& add(prometheus::Family<prometheus::Counter>& family, const prometheus::Labels& labels,
                         const std::vector<double>&) {
    return family.Add(labels);
}
prometheus::Gauge& add(prometheus::Family<prometheus::Gauge>& family, const prometheus::Labels& labels,
                       const std::vector<double>&) {
    return family.Add(labels);
}
prometheus::Histogram& add(prometheus::Family<prometheus::Histogram>& family, const prometheus::Labels& labels,
                           const std::vector<double>& buckets) {
    return family.Add(labels, buckets);
}

template <class Series>
struct Behind;
template <>
struct Behind<Counter> {
    using Type = prometheus::Counter;
};
template <>
struct Behind<Gauge> {
    using Type = prometheus::Gauge;
};
template <>
struct Behind<Histogram> {
    using Type = prometheus::Histogram;
};

}  // namespace

void Counter::add(double amount) const {
    if (series_ != nullptr) series_->Increment(amount);
}
void Counter::raise_to(double total) const {
    if (series_ != nullptr) series_->Increment(total - series_->Value());  // a negative amount changes nothing
}
double Counter::value() const {
    return series_ == nullptr ? 0 : series_->Value();
}
void Gauge::set(double value) const {
    if (series_ != nullptr) series_->Set(value);
}
double Gauge::value() const {
    return series_ == nullptr ? 0 : series_->Value();
}
void Histogram::observe(double value) const {
    if (series_ != nullptr) series_->Observe(value);
}

template <class Series>
struct Family<Series>::Impl {
    using Owned = prometheus::Family<typename Behind<Series>::Type>;
    Impl(Owned& from, Registry::Names names, std::vector<double> with, std::size_t room)
        : family(from), labels(names.begin(), names.end()), buckets(std::move(with)), most(room) {}

    static std::string key_of(const std::vector<std::string_view>& values) {
        std::string key;
        for (const auto value : values) key.append(value).push_back('\x1f');
        return key;
    }

    Series make(const std::vector<std::string_view>& values) {
        prometheus::Labels pairs;
        for (std::size_t i = 0; i < labels.size(); ++i) pairs.emplace(labels[i], values[i]);
        return Series(add(family, pairs, buckets));
    }

    Owned& family;
    std::vector<std::string> labels;
    std::vector<double> buckets;
    std::size_t most;
    std::shared_mutex mutex;  // guards known
    std::map<std::string, Series, std::less<>> known;
};

template <class Series>
Family<Series>::Family(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
template <class Series>
Family<Series>::~Family() = default;

template <class Series>
Series Family<Series>::with(std::initializer_list<std::string_view> given) {
    auto& self = *impl_;
    if (given.size() != self.labels.size()) throw Error(Code::internal, "metrics: a value for each label is expected");
    std::vector<std::string_view> values(given);
    for (auto& value : values) value = value.substr(0, kLongestValue);
    auto key = Impl::key_of(values);
    {
        const std::shared_lock lock(self.mutex);
        if (const auto found = self.known.find(key); found != self.known.end()) return found->second;
    }
    const std::unique_lock lock(self.mutex);
    if (self.known.size() + 1 >= self.most && !values.empty()) {
        std::ranges::fill(values, kOther);
        key = Impl::key_of(values);
    }
    if (const auto found = self.known.find(key); found != self.known.end()) return found->second;
    return self.known.emplace(std::move(key), self.make(values)).first->second;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

struct Registry::Impl {
    template <class Series>
    using Families = std::map<std::string, Family<Series>, std::less<>>;

    template <class Series, class Builder>
    Family<Series>& family(Families<Series>& families, Builder builder, std::string_view name, std::string_view help,
                           Names labels, const std::vector<double>& buckets) {
        const std::lock_guard lock(mutex);
        if (const auto found = families.find(name); found != families.end()) return found->second;
        const std::string text(name);
        for (const auto label : labels)
            if (!prometheus::CheckLabelName(std::string(label)))
                throw Error(Code::internal, "metrics: " + text + ": not a label name: " + std::string(label));
        try {
            auto& owned = builder.Name(text).Help(std::string(help)).Register(registry);
            using Inner = typename Family<Series>::Impl;
            return families.try_emplace(text, std::make_unique<Inner>(owned, labels, buckets, most)).first->second;
        } catch (const std::invalid_argument& problem) {
            throw Error(Code::internal, "metrics: " + text + ": " + problem.what());
        }
    }

    std::size_t most;
    prometheus::Registry registry{prometheus::Registry::InsertBehavior::Throw};
    std::mutex mutex;  // guards the families
    Families<Counter> counters;
    Families<Gauge> gauges;
    Families<Histogram> histograms;
    std::mutex scraping;  // guards refreshers, and lets one scrape at a time
    std::list<std::function<void()>> refreshers;
};

Registry::Registry(std::size_t most) : impl_(std::make_unique<Impl>()) {
    impl_->most = most;
}
Registry::~Registry() = default;

Family<Counter>& Registry::counters(std::string_view name, std::string_view help, Names labels) {
    return impl_->family(impl_->counters, prometheus::BuildCounter(), name, help, labels, {});
}
Family<Gauge>& Registry::gauges(std::string_view name, std::string_view help, Names labels) {
    return impl_->family(impl_->gauges, prometheus::BuildGauge(), name, help, labels, {});
}
Family<Histogram>& Registry::histograms(std::string_view name, std::string_view help, Names labels,
                                        const std::vector<double>& buckets) {
    return impl_->family(impl_->histograms, prometheus::BuildHistogram(), name, help, labels, buckets);
}

Registry::Token Registry::before_scrape(std::function<void()> refresh) {
    const std::lock_guard lock(impl_->scraping);
    const auto place = impl_->refreshers.insert(impl_->refreshers.end(), std::move(refresh));
    return {nullptr, [self = impl_.get(), place](void*) {
                const std::lock_guard ending(self->scraping);
                self->refreshers.erase(place);
            }};
}

std::string Registry::text() {
    const std::lock_guard lock(impl_->scraping);
    for (const auto& refresh : impl_->refreshers) {
        try {
            refresh();
        } catch (const std::exception& problem) {  // the rest is worth telling all the same
            log::warn("metrics.refresh_failed", {{"error", problem.what()}});
        }
    }
    auto families = impl_->registry.Collect();
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    for (auto& family : families)
        std::ranges::sort(family.metric, std::ranges::less{}, &prometheus::ClientMetric::label);
    return prometheus::TextSerializer().Serialize(families);
}

std::vector<double> quick_seconds() {
    return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}
std::vector<double> work_seconds() {
    return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600};
}

}  // namespace nightshift::core::metrics
