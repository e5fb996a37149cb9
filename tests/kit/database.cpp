#include "tests/kit/database.h"

#include <cstdlib>
#include <stdexcept>

#include "core/pg/migrate.h"
#include "core/time/time.h"
#include "migrations.h"
#include "views.h"

namespace nightshift::tests {
namespace {

void administer(const std::string& server, const std::string& sql) {
    // Copying a database is work for the disk, which others may keep busy.
    core::pg::Pool pool({.url = server, .size = 1, .statement_timeout = std::chrono::minutes(5)});
    auto lease = pool.acquire();
    core::pg::run_once(lease, {sql, sql}, {});
}

std::string with_database(std::string url, const std::string& name) {
    const auto question = url.find('?');
    const auto query = question == std::string::npos ? std::string{} : url.substr(question);
    url = url.substr(0, question);
    return url.substr(0, url.rfind('/') + 1) + name + query;
}

/// A migrated database to copy from, made once a test process: copying takes a tenth of migrating.
class Template {
public:
    explicit Template(std::string server) : server_(std::move(server)), name_("template_" + core::time::uuid7()) {
        std::erase(name_, '-');
        administer(server_, "create database " + name_);
        core::pg::migrate(with_database(server_, name_), generated::migrations, generated::views);
    }
    ~Template() {
        try {
            administer(server_, "drop database " + name_ + " with (force)");
        } catch (const std::exception&) {  // the server may be down on purpose; its folder goes with the run
        }
    }
    Template(const Template&) = delete;
    Template& operator=(const Template&) = delete;
    const std::string& name() const { return name_; }

private:
    std::string server_, name_;
};

}  // namespace

std::string test_setting(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string(name) + " is not set: run ./dev test, which starts the servers");
    return value;
}

Database::Database() : Database(test_setting("NIGHTSHIFT_TEST_DATABASE_URL")) {}

Database::Database(std::string server) : server_(std::move(server)) {
    name_ = "t" + core::time::uuid7();
    std::erase(name_, '-');
    const auto shared = test_setting("NIGHTSHIFT_TEST_DATABASE_URL");
    url_ = with_database(server_, name_);
    if (server_ == shared) {
        static const Template migrated(shared);
        administer(server_, "create database " + name_ + " template " + migrated.name());
    } else {
        administer(server_, "create database " + name_);
        core::pg::migrate(url_, generated::migrations, generated::views);
    }
    pool_ = std::make_unique<core::pg::Pool>(core::pg::PoolSettings{.url = url_, .size = 4});
}

Database::~Database() {
    pool_.reset();
    try {
        administer(server_, "drop database " + name_ + " with (force)");
    } catch (const std::exception&) {  // the server may be down on purpose; its folder goes with the run
    }
}

std::string Database::one(const std::string& sql) {
    auto lease = pool_->acquire();
    core::pg::Transaction tx(lease);
    const auto rows = tx.execute(sql);
    tx.commit();
    return rows.empty() || rows.columns() == 0 ? std::string{} : std::string(rows.text(0, 0));
}

std::int64_t Database::number(const std::string& sql) {
    return std::stoll("0" + one(sql));
}

}  // namespace nightshift::tests
