// The numbers in keys of jobs (WEB-12), taken apart from the transactions that use them: whoever makes a job waits for
// nobody else's commit. Those who ask at the same time are served by one statement. A number is never given twice; one
// whose job is not made after all is missing. SEEDS.md TICK-27.
//
//   Numbers numbers(pool.settings());
//   const auto key = "WEB-" + std::to_string(numbers.next(organization, "WEB"));
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/pg/pg.h"

namespace nightshift::domain::jobs {

/// Any thread; each `next` waits for one short statement at most, its own or the one before it.
class Numbers {
public:
    /// Keeps a link of its own to the database that these settings name.
    explicit Numbers(const core::pg::PoolSettings& of);
    ~Numbers();
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;

    std::int64_t next(const std::string& organization, const std::string& prefix);

private:
    struct Ask {
        bool is_done = false;
        std::int64_t number = 0;
        std::exception_ptr problem;
    };
    /// Who waits for numbers of one prefix; one of them asks for all.
    struct Line {
        std::vector<Ask*> asks;
        bool is_served = false;
    };
    void serve(const std::string& organization, const std::string& prefix, const std::vector<Ask*>& asks);

    core::pg::Pool pool_;
    std::mutex mutex_;  // guards below
    std::condition_variable changed_;
    std::map<std::string, Line> lines_;
};

}  // namespace nightshift::domain::jobs
