#include "domain/reports/write.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "core/time/wall_clock.h"
#include "domain/reports/layout.h"
#include "domain/reports/parameters.h"

namespace nightshift::domain::reports {
namespace {

std::string counted(std::size_t rows) {
    auto text = std::to_string(rows);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text + (rows == 1 ? " row" : " rows");
}

std::string joined_by_dots(const std::vector<std::string>& parts) {
    std::string line;
    for (const auto& part : parts) line += (line.empty() ? "" : " \u00B7 ") + part;
    return line;
}

/// Under the title: what it is about; and as of when, in which zone, for whom.
void put_heading(core::pg::Transaction& tx, const Question& question, const std::vector<std::string>& more,
                 core::files::TableHead& head) {
    auto about = told(tx, question.parameters, question.organization);
    about.insert(about.end(), more.begin(), more.end());
    about.insert(about.begin(), std::string(question.type.title));
    head.subtitle = joined_by_dots(about);
    const auto zone = core::time::zone_or_utc(core::json::text_in(question.parameters, "time_zone"));
    std::vector<std::string> note{
        counted(*head.rows), "as of " + core::time::wall_clock(question.as_of, zone) + " " + std::string(zone.name())};
    if (question.sight.reach != "all") note.push_back("what " + question.sight.name + " may see");
    head.note = joined_by_dots(note);
}

/// Writes batches down while the next ones are read. Two wait at most, so memory stays what it is.
class Scribe {
public:
    Scribe(core::files::TableWriter& writer, std::size_t columns)
        : writer_(writer), cells_(columns), thread_([this](const std::stop_token& stop) { work(stop); }) {}
    /// Throws what went wrong with those before.
    void take(const core::pg::Result& batch) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return problem_ || waiting_.size() < kMost; });
        if (problem_) std::rethrow_exception(problem_);
        waiting_.push_back(batch);
        changed_.notify_all();
    }
    /// All of them are written.
    void settle() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return problem_ || (waiting_.empty() && !is_busy_); });
        if (problem_) std::rethrow_exception(problem_);
    }

private:
    static constexpr std::size_t kMost = 2;

    void work(const std::stop_token& stop) {
        try {
            while (const auto batch = next(stop)) put(*batch);
        } catch (...) {
            const std::lock_guard lock(mutex_);
            problem_ = std::current_exception();
        }
        changed_.notify_all();
    }
    std::optional<core::pg::Result> next(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        is_busy_ = false;
        changed_.notify_all();
        if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return std::nullopt;
        auto batch = waiting_.front();
        waiting_.pop_front();
        is_busy_ = true;
        changed_.notify_all();
        return batch;
    }
    void put(const core::pg::Result& batch) {
        for (std::size_t row = 0; row < batch.size(); ++row) {
            for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] = batch.text(row, i);
            writer_.row(cells_);
        }
    }

    core::files::TableWriter& writer_;
    std::vector<std::string_view> cells_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<core::pg::Result> waiting_;
    bool is_busy_ = false;
    std::exception_ptr problem_;
    std::jthread thread_;  // last: it uses the others, and is gone before them
};

}  // namespace

std::vector<core::pg::Value> values_of(const Question& question) {
    const auto& sight = question.sight;
    return {question.organization, sight.reach,
            sight.user.empty() ? core::pg::Value(nullptr) : core::pg::Value(sight.user),
            core::json::text(for_statements(question.parameters, question.as_of))};
}

namespace {

/// What is read for the answer: the type's own statements, or those of a layout.
struct Source {
    core::pg::Statement rows;
    std::vector<core::pg::Value> values;
    std::vector<core::files::Column> columns;
    std::vector<std::string> told;
};

/// The values of the type's chart, and how many rows they say there are.
std::size_t put_chart(core::pg::Transaction& tx, const ReportType& type, const std::vector<core::pg::Value>& values,
                      core::files::TableHead& head) {
    head.chart_title = type.chart_title;
    const auto chart = tx.run_with(*type.chart, values);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < chart.size(); ++i) {
        head.chart.emplace_back(std::string(chart.text(i, 0)), chart.real(i, 1));
        expected = chart.columns() > 2 ? static_cast<std::size_t>(chart.number(i, 2))
                                       : expected + static_cast<std::size_t>(chart.number(i, 1));
    }
    return expected;
}

std::size_t put_chart(core::pg::Transaction& tx, const Laid& laid, const std::vector<core::pg::Value>& values,
                      core::files::TableHead& head) {
    head.chart_title = laid.chart_title;
    if (!laid.chart.empty()) {
        const auto chart = tx.run_with({"", laid.chart}, values);
        for (std::size_t i = 0; i < chart.size(); ++i)
            head.chart.emplace_back(std::string(chart.text(i, 0)), chart.real(i, 1));
    }
    return static_cast<std::size_t>(tx.run_with({"", laid.count}, values).number(0, 0));
}

}  // namespace

Written write(core::pg::Transaction& tx, const Question& question, const std::string& path,
              const std::function<bool(std::size_t, std::size_t)>& each) {
    const auto& type = question.type;
    const bool is_laid = !question.layout.empty();
    const auto laid = is_laid ? laid_out(type, question.layout) : Laid{};
    Source source{
        .rows = is_laid ? core::pg::Statement{"", laid.rows} : *type.rows,
        .values = values_of(question),
        .columns = is_laid ? laid.columns : std::vector<core::files::Column>{type.columns.begin(), type.columns.end()},
        .told = laid.told};
    if (is_laid) source.values.emplace_back(laid.filters);
    core::files::TableHead head{.title = question.title, .columns = source.columns};
    const auto expected = is_laid ? put_chart(tx, laid, source.values, head) : put_chart(tx, type, source.values, head);
    head.rows = expected;
    put_heading(tx, question, source.told, head);
    const auto writer = core::files::table_writer(question.format, path, std::move(head));
    Written written{.rows = 0, .complete = true};
    {
        Scribe scribe(*writer, source.columns.size());
        constexpr std::size_t kBatch = 2000;
        tx.stream(source.rows, source.values, kBatch, [&](const core::pg::Result& rows, std::size_t row) {
            if (row == 0) scribe.take(rows);
            if (++written.rows % kBatch == 0) written.complete = each(written.rows, expected);
            return written.complete;
        });
        if (written.complete) scribe.settle();
    }
    if (written.complete) writer->finish();
    return written;
}

}  // namespace nightshift::domain::reports
