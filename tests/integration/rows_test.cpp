// Rows as the API shows them are what PostgreSQL itself would make of them, to the byte; and numbers for keys of jobs
// are given once, to many who ask at the same time.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>
#include <thread>

#include "api/kit/resource_sql.h"
#include "core/pg/rows.h"
#include "domain/jobs/numbers.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/eventually.h"
#include "tests/kit/tenant.h"

namespace nightshift::tests::rows {
namespace {

using core::pg::Form;
using core::pg::RowWriter;

class RowsAsJson : public ApiFixture {
protected:
    std::string written(const std::string& select, const std::vector<std::pair<std::string_view, Form>>& columns) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto found = tx.execute(select);
        std::string out;
        RowWriter(columns).put(found, 0, out);
        return out;
    }
};

TEST_F(RowsAsJson, AreWhatPostgreSqlWouldMakeOfThem) {
    const std::string select =
        "select 1 as a, -0.50::numeric as b, 'NaN'::numeric as c, 1e300::float8 as d, null::int as e, true as f, "
        "null::bool as g, "
        "'2026-03-02 09:30:00.120+00'::timestamptz as h, 'infinity'::timestamptz as i, '0044-03-15 BC'::timestamptz as "
        "j, "
        "'2026-03-02 09:30'::timestamp as k, current_date as l, E'\"\\\\ \\b\\f\\n\\r\\t \\x01\\x1f \\x7f "
        "\\u00e9\\u2028 </script>' as m, '' as n, "
        "null::text as o, '{\"a\": [1, null]}'::jsonb as p, array['a', null, '\"'] as \"q \"\" r\"";
    const auto here = written("select x.*, to_json(x.\"q \"\" r\") from (" + select + ") x", {{"a", Form::number},
                                                                                              {"b", Form::number},
                                                                                              {"c", Form::number},
                                                                                              {"d", Form::number},
                                                                                              {"e", Form::number},
                                                                                              {"f", Form::flag},
                                                                                              {"g", Form::flag},
                                                                                              {"h", Form::moment},
                                                                                              {"i", Form::moment},
                                                                                              {"j", Form::moment},
                                                                                              {"k", Form::moment},
                                                                                              {"l", Form::text},
                                                                                              {"m", Form::text},
                                                                                              {"n", Form::text},
                                                                                              {"o", Form::text},
                                                                                              {"p", Form::json}});
    const auto there =
        database.one("select row_to_json(y)::text from (select a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p from (" +
                     select + ") x) y");
    EXPECT_EQ(here, there);
}

TEST_F(RowsAsJson, OfEveryResourceAreWhatPostgreSqlWouldMakeOfThem) {
    populate(database, kHere, admin.id);
    std::set<const api::kit::Resource*> resources;
    for (const auto& route : routes)
        if (route.answer.rows != nullptr) resources.insert(route.answer.rows);
    EXPECT_GT(resources.size(), 15U);
    std::size_t seen = 0;
    for (const auto* resource : resources) {
        std::string plain = "r.id";
        for (const auto& column : resource->columns)
            if ((column.use & api::kit::kWriteOnly) == 0) plain += ", r.\"" + std::string(column.name) + '"';
        const auto from = " from " + std::string(resource->view) + " r order by r.id";
        const auto asked = "select " + api::kit::statements().of(*resource).columns + from;
        const auto theirs = "select row_to_json(x)::text from (select " + plain +
                            ", r.version, r.created_at, r.updated_at" + from + ") x";
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease);
        const auto ours = tx.execute(asked), expected = tx.execute(theirs);
        ASSERT_EQ(ours.size(), expected.size()) << resource->name;
        const auto& writer = api::kit::statements().of(*resource).writer;
        for (std::size_t i = 0; i < ours.size(); ++i, ++seen) {
            std::string out;
            writer.put(ours, i, out);
            EXPECT_EQ(out, expected.text(i, 0)) << resource->name;
        }
    }
    EXPECT_GT(seen, 10U);
}

TEST_F(RowsAsJson, AreFoundByPlansMadeOnceAndTheNextStatementIsPlannedAsEver) {
    constexpr core::pg::Statement kMode{"mode", "select current_setting('plan_cache_mode')"};
    auto lease = database.pool().acquire();
    EXPECT_EQ(core::pg::run_planned_once(lease, kMode, {}).text(0, 0), "force_generic_plan");
    EXPECT_EQ(core::pg::run_by_any_plan(lease, kMode, {}).text(0, 0), "force_generic_plan");
    EXPECT_EQ(core::pg::run_once(lease, kMode, {}).text(0, 0), "auto");
    EXPECT_EQ(core::pg::run_by_any_plan(lease, kMode, {}).text(0, 0), "auto");
    core::pg::run_planned_once(lease, kMode, {});
    core::pg::Transaction tx(lease);
    EXPECT_EQ(tx.run(kMode).text(0, 0), "auto");
}

std::set<std::int64_t> taken(domain::jobs::Numbers& from, int count) {
    std::set<std::int64_t> mine;
    for (int i = 0; i < count; ++i) mine.insert(from.next(kOrganization, "TWO"));
    return mine;
}

TEST_F(RowsAsJson, BearNumbersThatAreGivenOnceOverTwoProcesses) {
    domain::jobs::Numbers first(database.pool().settings()), second(database.pool().settings());
    constexpr int kThreads = 8, kEach = 50;
    std::vector<std::set<std::int64_t>> all(kThreads);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back(
                [&, i] { all[static_cast<std::size_t>(i)] = taken(i % 2 == 0 ? first : second, kEach); });
    }
    std::set<std::int64_t> together;
    for (const auto& one : all) together.insert(one.begin(), one.end());
    EXPECT_EQ(together.size(), static_cast<std::size_t>(kThreads * kEach));
    EXPECT_EQ(*together.begin(), 1);
    EXPECT_EQ(*together.rbegin(), kThreads * kEach);
}

TEST_F(RowsAsJson, WaitForNobodyWhoMakesAnotherJob) {
    configure_jobs();
    const auto slow = person("admin"), quick = person("admin");
    auto lease = database.pool().acquire();
    auto elsewhere = std::make_unique<core::pg::Transaction>(lease);
    elsewhere->execute("select 1 from app_user where id = '" + slow.id + "' for update");
    auto late = std::async(std::launch::async, [&] { return job(slow); });  // its row waits for its creator's
    ASSERT_TRUE(eventually([&] {
        return database.number(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "wait_event_type = 'Lock'") == 1;
    }));
    auto other =
        std::async(std::launch::async, [&] { return call(quick, "POST", "/api/v1/jobs", R"({"title":"Meanwhile"})"); });
    EXPECT_EQ(other.wait_for(std::chrono::seconds(10)), std::future_status::ready) << "it waits for another's commit";
    EXPECT_EQ(late.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    elsewhere.reset();
    EXPECT_EQ(other.get().at("key"), "JOB-2");
    EXPECT_EQ(database.one("select key from job where id = '" + late.get() + "'"), "JOB-1");
}

TEST_F(RowsAsJson, OfAnUnknownOrganizationBearNoNumberAndSayWhy) {
    EXPECT_THROW(numbers.next(core::time::uuid7(), "JOB"), core::Error);
    EXPECT_EQ(numbers.next(kHere, "ONE"), 1);
}

}  // namespace
}  // namespace nightshift::tests::rows
