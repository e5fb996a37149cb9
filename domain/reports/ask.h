// Asking for a report. The same question (what, of which rows, in whose sight, in which form, under which name) asked
// again while it is being answered joins the run that answers it, unless something was changed since that read its
// rows: nobody is shown less than what was there when they asked.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "domain/reports/report_type.h"
#include "queue/submit.h"

namespace nightshift::domain::reports {

/// In whose sight: a person with what they hold, or a program with no person's.
struct Asker {
    std::string actor;  ///< "user:<id>", "key:<id>", "token", "run:<id>"
    std::string user = {};
    std::vector<std::string> permissions = {"*"};
};

/// What is asked for, and in whose name.
struct Asked {
    std::string name;
    std::string report_type;
    core::json::object parameters;  ///< checked against the type's own
    std::string export_format;      ///< of kFormats
    std::string organization;
    Asker by;
    std::string origin = "api";  ///< of its run
    std::string subscription = {};
    core::json::object layout = {};  ///< domain/reports/layout.h; empty: as the type has it
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};
struct Submitted {
    std::string id;
    queue::Submitted run;
};

inline constexpr std::string_view kFormats = "CSV|JSON|XLSX|PDF|HTML";

/// The report and the run that makes it: both or none, with the caller's transaction. Throws Error(validation) naming
/// `report_type` or the parameters, Error(forbidden) for a type that who asks may not see.
Submitted ask(core::pg::Transaction& tx, Asked asked);

/// How far who asks sees of a type's rows: "all", "team", "own"; "" for nothing. Of `kept`, what they hold now.
struct Sight {
    std::string reach;
    std::string user;
    std::string name = {};  ///< for people
};
Sight sight_of(core::pg::Transaction& tx, const ReportType& type, const std::string& organization,
               const std::string& user, const std::vector<std::string>& kept);

}  // namespace nightshift::domain::reports
