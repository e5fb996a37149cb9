#include "domain/reports/ask.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/secret/secret.h"
#include "core/time/time.h"
#include "domain/identity/roles.h"
#include "domain/reports/layout.h"
#include "domain/reports/parameters.h"
#include "domain/reports/sql.h"

namespace nightshift::domain::reports {
namespace {

namespace json = core::json;

/// Parameters in the type's order: the same question is the same text, however it was written down.
std::string question_of(const Asked& asked, const ReportType& type, std::string_view reach) {
    json::array parts{type.name, asked.export_format, asked.name, reach, reach == "all" ? "" : asked.by.user};
    for (const auto& field : type.parameters)
        if (const auto* value = asked.parameters.if_contains(field.name))
            parts.push_back(json::array{field.name, *value});
    if (!asked.layout.empty()) parts.push_back(asked.layout);
    return core::secret::digest(json::text(parts));
}

void insert(core::pg::Transaction& tx, const Asked& asked, const std::string& id, const std::string& run,
            const std::string& question, const std::string& sibling) {
    tx.run(sql::report_insert, id, asked.organization, asked.name, asked.report_type, json::text(asked.parameters),
           asked.export_format, run, asked.by.actor, asked.by.user, asked.by.permissions, question, sibling,
           asked.subscription,
           asked.layout.empty() ? core::pg::Value(nullptr) : core::pg::Value(json::text(asked.layout)));
}

bool holds_all(const std::vector<std::string>& permissions) {
    return std::ranges::find(permissions, "*") != permissions.end();
}

}  // namespace

Submitted ask(core::pg::Transaction& tx, Asked asked) {
    const auto& type = require_report_type(asked.report_type);
    const auto reach = identity::reach_of(asked.by.permissions, type.permission);
    if (reach.empty())
        throw core::Error(core::Code::forbidden,
                          "report_type: a report of this type needs the permission " + std::string(type.permission));
    check_layout(type, asked.layout);
    settle(tx, type, asked.parameters, asked.organization, asked.by.user, asked.now);
    const auto question = question_of(asked, type, reach);
    tx.run(sql::report_same_lock, asked.organization + question);
    const auto same = tx.run(sql::report_same, asked.organization, question);
    const auto id = core::time::uuid7();
    if (!same.empty()) {
        const std::string run(same.text(0, 1));
        insert(tx, asked, id, run, question, std::string(same.text(0, 0)));
        return {id, {.id = run, .created = false, .queue = "reports"}};
    }
    auto run = queue::submit(tx, {.kind = "report.generate",
                                  .args = {{"report_id", id}},
                                  .organization = asked.organization,
                                  .origin = asked.origin,
                                  .owner = asked.by.user});
    insert(tx, asked, id, run.id, question, "");
    return {id, std::move(run)};
}

Sight sight_of(core::pg::Transaction& tx, const ReportType& type, const std::string& organization,
               const std::string& user, const std::vector<std::string>& kept) {
    if (user.empty()) return {std::string(identity::reach_of(kept, type.permission)), {}};
    const auto rows = tx.run(sql::report_viewer, organization, user);
    if (rows.empty()) return {};
    std::vector<std::string> held;
    for (std::size_t i = 0; i < rows.size(); ++i) held.emplace_back(rows.text(i, 0));
    const auto may = holds_all(held) ? kept : holds_all(kept) ? held : identity::narrowed(held, kept);
    return {std::string(identity::reach_of(may, type.permission)), user, std::string(rows.text(0, 1))};
}

}  // namespace nightshift::domain::reports
