#include "workers/reports/scheduled.h"

#include "core/error/error.h"
#include "core/time/time.h"
#include "domain/reports/report_type.h"
#include "domain/reports/sql.h"
#include "queue/submit.h"

namespace nightshift::workers::reports::scheduled {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto text = [&args](const char* name) { return std::string(args.at(name).as_string()); };
    auto parameters = args.at("parameters").as_object();
    try {
        const auto& type = domain::reports::require_report_type(text("report_type"));
        core::schema::require(type.parameters, parameters, "parameters");
    } catch (const core::Error& problem) {
        return queue::Permanent{std::string(problem.name()),
                                problem.what()};  // no later try makes these arguments right
    }
    const auto id = core::time::uuid7();
    auto& tx = run.transaction();
    const auto made = queue::submit(tx, {.kind = "report.generate",
                                         .args = {{"report_id", id}},
                                         .organization = run.organization(),
                                         .origin = "handler"});
    tx.run(domain::reports::sql::report_insert, id, run.organization(), text("name"), text("report_type"),
           core::json::text(parameters), text("export_format"), made.id, "run:" + run.id());
    return queue::Done{{{"report_id", id}, {"run_id", made.id}}};
}

}  // namespace nightshift::workers::reports::scheduled
