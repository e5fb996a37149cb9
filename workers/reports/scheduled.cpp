#include "workers/reports/scheduled.h"

#include "core/error/error.h"
#include "domain/reports/report_type.h"

namespace nightshift::workers::reports::scheduled {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto text = [&args](const char* name) { return std::string(args.at(name).as_string()); };
    try {
        const auto report = domain::reports::ask(run.transaction(), {.name = text("name"),
                                                                     .report_type = text("report_type"),
                                                                     .parameters = args.at("parameters").as_object(),
                                                                     .export_format = text("export_format"),
                                                                     .organization = run.organization(),
                                                                     .requested_by = "run:" + run.id(),
                                                                     .origin = "handler"});
        return queue::Done{{{"report_id", report.id}, {"run_id", report.run.id}}};
    } catch (const core::Error& problem) {
        if (problem.code() != core::Code::validation) throw;
        // No later try makes these arguments right.
        return queue::Permanent{std::string(problem.name()), problem.what()};
    }
}

}  // namespace nightshift::workers::reports::scheduled
