// One command of the program, run to its end.
//
//   const auto ran = run_command({"cron", "preview", "@daily"});   EXPECT_EQ(ran.code, 0) << ran.err;
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nightshift::tests {

struct Ran {
    int code = -1;  ///< exit code; 128 and the signal's number when one ended it
    std::string out, err;
};

/// Neither output is a terminal. Of the environment it gets what is not Nightshift's, and what is given here.
Ran run_command(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {});

}  // namespace nightshift::tests
