// Very many jobs due in the same minute, swept to the end by the real program: how long it took, how much memory it
// held at most, and whether everybody was told once.
//
//   Burst burst(database, 10000);
//   const auto outcome = burst.overdue();   // told == 10000, twice == 0, forgotten == 0
#pragma once

#include "tests/kit/database.h"

namespace nightshift::tests {

class Burst {
public:
    struct Outcome {
        bool ended = false;
        double seconds = 0, peak_mib = 0;
        std::int64_t told = 0, twice = 0, forgotten = 0;
    };

    /// Two jobs for each of half as many people.
    Burst(Database& database, int jobs);
    /// Their due dates have come, all in one minute.
    Outcome overdue();
    /// The time of their service level is used up.
    Outcome late();
    /// They are due tomorrow, and everybody is to be reminded.
    Outcome reminded();

private:
    void write(const std::string& sql);
    Outcome swept(const std::string& queue, const std::string& type, const std::string& left);

    Database& database_;
    int jobs_;
};

}  // namespace nightshift::tests
