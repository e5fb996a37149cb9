// A database of one's own: created and migrated for a test, dropped after it.
#pragma once

#include <memory>
#include <string>

#include "core/pg/pg.h"

namespace nightshift::tests {

/// The demo organization, which the first migration makes.
inline const std::string kOrganization = "0190d1a0-0000-7000-8000-000000000001";

class Database {
public:
    /// Skips nothing: without NIGHTSHIFT_TEST_DATABASE_URL it throws. `./dev test` sets it.
    Database();
    /// On this server instead: any database of it, as one who may create others.
    explicit Database(std::string server);
    ~Database();
    const std::string& url() const { return url_; }
    core::pg::Pool& pool() { return *pool_; }
    /// The first column of the first row, or "".
    std::string one(const std::string& sql);
    std::int64_t number(const std::string& sql);

private:
    std::string server_, name_, url_;
    std::unique_ptr<core::pg::Pool> pool_;
};

/// What a variable of the test run says; throws when ./dev test did not set it.
std::string test_setting(const char* name);

}  // namespace nightshift::tests
