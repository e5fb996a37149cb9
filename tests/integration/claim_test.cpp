// Claims and finishes of many runs by one statement: each is matched with what was said of it, in whatever order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/claim.h"
#include "tests/kit/database.h"

namespace nightshift::tests {
namespace {

using testing::ElementsAre;

constexpr auto kWorker = "0190d1a0-0000-7000-8000-00000000beef", kOther = "0190d1a0-0000-7000-8000-00000000dead";

class ManyRuns : public testing::Test {
protected:
    /// Hinted, the i-th at epoch i.
    void SetUp() override {
        database.one("insert into queue (name) values ('many')");
        for (int i = 0; i < 6; ++i) {
            ids.push_back("01a1fce3-000" + std::to_string(i) + "-7d71-a341-abcdef012345");
            database.one(
                "insert into run (id, organization_id, kind, queue, state, epoch, max_attempts, timeout_ms, ready_at, "
                "created_at, dispatched_at, origin) values ('" +
                ids.back() + "', '" + kOrganization + "', 'k', 'many', 'dispatched', " + std::to_string(i) +
                ", 3, 1000, now(), now(), now(), 'api')");
        }
    }
    /// Their epochs.
    std::string in_state(const std::string& state) {
        return database.one("select string_agg(epoch::text, ',' order by id) from run where state = '" + state + "'");
    }
    static std::vector<std::string> ids_of(const std::vector<queue::Claimed>& claimed) {
        std::vector<std::string> out;
        for (const auto& run : claimed) out.push_back(run.id);
        return out;
    }
    Database database;
    std::vector<std::string> ids;
};

TEST_F(ManyRuns, are_claimed_in_the_order_of_the_hint_and_what_is_stale_is_left) {
    const auto claimed =
        queue::claim(database.pool(), {{ids[4], 4}, {ids[1], 1}, {ids[5], 4}, {ids[1], 1}, {ids[3], 3}}, kWorker);
    EXPECT_THAT(ids_of(claimed), ElementsAre(ids[4], ids[1], ids[3]));
    EXPECT_EQ(claimed[0].epoch, 5);
    EXPECT_EQ(in_state("dispatched"), "0,2,5");
    EXPECT_TRUE(queue::claim(database.pool(), {{ids[4], 4}}, kOther).empty());
}

TEST_F(ManyRuns, are_handed_back_unless_somebody_has_them) {
    queue::claim(database.pool(), {{ids[0], 0}}, kOther);
    queue::unclaim(database.pool(), {{ids[2], 2}, {ids[0], 0}, {ids[1], 7}});
    EXPECT_EQ(in_state("ready"), "2");
    EXPECT_EQ(in_state("running"), "1");
}

TEST_F(ManyRuns, end_with_their_own_result_and_only_for_who_has_them) {
    queue::claim(database.pool(), {{ids[0], 0}, {ids[1], 1}, {ids[2], 2}}, kWorker);
    queue::claim(database.pool(), {{ids[3], 3}}, kOther);
    std::vector<std::string> woken;
    EXPECT_EQ(queue::finish_many(
                  database.pool(),
                  {{ids[2], 3, "\"third\""}, {ids[3], 4, "\"not ours\""}, {ids[0], 1, ""}, {ids[1], 9, "\"stale\""}},
                  kWorker, woken),
              2U);
    EXPECT_EQ(database.one(
                  "select string_agg(id || ' ' || coalesce(result::text, 'none'), ', ' order by id) from run_archive"),
              ids[0] + " none, " + ids[2] + " \"third\"");
    EXPECT_EQ(in_state("running"), "2,4");
}

}  // namespace
}  // namespace nightshift::tests
