#include "domain/reports/write.h"

#include "core/time/zone.h"
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
void tell(core::pg::Transaction& tx, const Question& question, core::files::TableHead& head) {
    auto about = told(tx, question.parameters, question.organization);
    about.insert(about.begin(), std::string(question.type.title));
    head.subtitle = joined_by_dots(about);
    const auto zone = core::time::Zone::find(core::json::text_in(question.parameters, "time_zone"));
    const auto at = core::time::in_zone(question.as_of, zone ? *zone : *core::time::Zone::find("UTC"));
    std::vector<std::string> note{counted(*head.rows),
                                  "as of " + at.substr(0, 16) + " " + (zone ? std::string(zone->name()) : "UTC")};
    if (question.sight.reach != "all") note.push_back("what " + question.sight.name + " may see");
    head.note = joined_by_dots(note);
}

}  // namespace

std::vector<core::pg::Value> values_of(const Question& question) {
    const auto& sight = question.sight;
    return {question.organization, sight.reach,
            sight.user.empty() ? core::pg::Value(nullptr) : core::pg::Value(sight.user),
            core::json::text(for_statements(question.parameters, question.as_of))};
}

Written write(core::pg::Transaction& tx, const Question& question, const std::string& path,
              const std::function<bool(std::size_t, std::size_t)>& each) {
    const auto& type = question.type;
    const auto values = values_of(question);
    core::files::TableHead head{.title = question.title,
                                .columns = {type.columns.begin(), type.columns.end()},
                                .chart_title = std::string(type.chart_title)};
    const auto chart = tx.run_with(*type.chart, values);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < chart.size(); ++i) {
        head.chart.emplace_back(std::string(chart.text(i, 0)), chart.real(i, 1));
        expected = chart.columns() > 2 ? static_cast<std::size_t>(chart.number(i, 2))
                                       : expected + static_cast<std::size_t>(chart.number(i, 1));
    }
    head.rows = expected;
    tell(tx, question, head);
    const auto writer = core::files::table_writer(question.format, path, std::move(head));
    constexpr std::size_t kBatch = 2000;
    Written written{.rows = 0, .complete = true};
    std::vector<std::string_view> cells(type.columns.size());
    tx.stream(*type.rows, values, kBatch, [&](const core::pg::Result& rows, std::size_t row) {
        for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = rows.text(row, i);
        writer->row(cells);
        if (++written.rows % kBatch == 0) written.complete = each(written.rows, expected);
        return written.complete;
    });
    if (written.complete) writer->finish();
    return written;
}

}  // namespace nightshift::domain::reports
