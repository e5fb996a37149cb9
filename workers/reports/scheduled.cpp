#include "workers/reports/scheduled.h"

#include "core/error/error.h"

namespace nightshift::workers::reports::scheduled {

queue::Outcome work(const core::json::object& args, queue::Run& run) {
    const auto text = [&args](const char* name) { return std::string(args.at(name).as_string()); };
    try {
        const auto report = domain::reports::ask(run.transaction(), {.name = text("name"),
                                                                     .report_type = text("report_type"),
                                                                     .parameters = args.at("parameters").as_object(),
                                                                     .export_format = text("export_format"),
                                                                     .organization = run.organization(),
                                                                     .by = {.actor = "run:" + run.id()},
                                                                     .origin = "handler",
                                                                     .now = run.now()});
        return queue::Done{{{"report_id", report.id}, {"run_id", report.run.id}}};
    } catch (const core::Error& problem) {
        if (problem.code() != core::Code::validation && problem.code() != core::Code::rule) throw;
        // No later try makes these arguments right.
        return queue::Permanent{std::string(problem.name()), problem.what()};
    }
}

}  // namespace nightshift::workers::reports::scheduled
