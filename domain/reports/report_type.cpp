#include "domain/reports/report_type.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error/error.h"
#include "report_types.h"

namespace nightshift::domain::reports {
namespace {

struct Awaited {
    std::string_view name, subject;
};
/// Asked for by the seeds; made when what they are about is there.
constexpr Awaited kAwaited[] = {
    {"project_progress", "projects"}, {"equipment_usage", "equipment"},        {"utilization", "capacities"},
    {"capacity", "capacities"},       {"allocation_conflicts", "allocations"},
};

}  // namespace

std::span<const ReportType* const> report_types() {
    return generated::report_types;
}

const ReportType& require_report_type(std::string_view name, const std::string& field) {
    std::vector<std::string_view> names;
    for (const auto* type : report_types()) {
        if (type->name == name) return *type;
        names.push_back(type->name);
    }
    for (const auto& awaited : kAwaited)
        if (awaited.name == name)
            throw core::schema::wrong(core::Code::validation, field,
                                      "\"" + std::string(name) + "\" is about " + std::string(awaited.subject) +
                                          ", which this version does not keep yet");
    throw core::schema::wrong(core::Code::validation, field,
                              "expected a known report type, got \"" + std::string(name) + "\"" +
                                  core::suggestion(name, names.data(), names.data() + names.size()));
}

}  // namespace nightshift::domain::reports
