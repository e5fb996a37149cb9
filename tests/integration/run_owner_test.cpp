// Runs of one's own: who may submit runs, but not for all, submits open kinds and sees what is theirs. SEEDS.md 6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/retention.h"
#include "tests/kit/api_fixture.h"

namespace nightshift::tests::run_owner {
namespace {

using testing::HasSubstr;

class RunOwner : public ApiFixture {
protected:
    void SetUp() override {
        settings["runs.open_kinds"] = core::json::array{"http.request"};
        ApiFixture::SetUp();
    }
    Reply submitted(const Person& by, const std::string& more = {}) {
        return call(
            by, "POST", kRuns,
            R"({"kind":"http.request","args":{"url":"http://example.org/"},"not_before":"2099-01-01T00:00:00Z")" +
                more + "}");
    }
    std::size_t seen_by(const Person& who) { return call(who, "GET", kRuns).count(); }
    void lead(const Person& manager, const Person& of) {
        const auto made = department("Led", R"(,"manager_user_id":")" + manager.id + '"');
        ASSERT_EQ(made.status, 201) << made;
        ASSERT_EQ(
            call(admin, "PATCH", "/api/v1/users/" + of.id, R"({"department_id":")" + made.at("id") + "\"}").status,
            200);
    }

    const std::string kRuns = "/api/v1/runs";
};

TEST_F(RunOwner, EachSeesTheirOwnALeaderThoseOfTheirPeopleAndAnAdministratorAll) {
    const auto ada = person("member"), bob = person("technician"), manager = person("manager"),
               other_manager = person("manager");
    lead(manager, ada);
    const auto run = submitted(ada);
    ASSERT_EQ(run.status, 202) << run;
    ASSERT_EQ(submitted(bob).status, 202);
    const auto one = kRuns + "/" + run.at("id");
    for (const auto& who : {ada, manager, admin})
        for (const auto* way : {"", "/explain"}) EXPECT_EQ(call(who, "GET", one + way).status, 200) << who.email << way;
    for (const auto& who : {bob, other_manager})
        for (const auto* way : {"", "/explain"}) EXPECT_EQ(call(who, "GET", one + way).status, 404) << who.email << way;
    EXPECT_EQ(call(person("viewer"), "GET", one).status, 403);
    EXPECT_EQ(seen_by(ada), 1U);
    EXPECT_EQ(seen_by(bob), 1U);
    EXPECT_EQ(seen_by(manager), 1U);
    EXPECT_EQ(seen_by(other_manager), 0U);
    EXPECT_EQ(seen_by(admin), 2U);
    EXPECT_EQ(call(ada, "GET", kRuns + "?kind=no.such").count(), 0U);
    EXPECT_EQ(call(ada, "GET", kRuns + "?kind=http.request&state=scheduled&limit=1").count(), 1U);
}

TEST_F(RunOwner, KindsThatAreNotOpenAreForWhoMaySubmitForAll) {
    const auto member = person("member"), manager = person("manager");
    for (const auto& who : {member, manager}) {
        const auto refused = call(who, "POST", kRuns, R"({"kind":"command.run","args":{"command":"x"}})");
        EXPECT_EQ(refused.status, 403) << refused;
        EXPECT_THAT(refused.at("message"), HasSubstr("runs.open_kinds"));
        const auto many = call(who, "POST", kRuns + "/bulk",
                               R"({"runs":[{"kind":"http.request","args":{"url":"http://example.org/"}},)"
                               R"({"kind":"command.run","args":{"command":"x"}}]})");
        EXPECT_EQ(many.status, 403) << many;
    }
    EXPECT_EQ(database.number("select count(*) from run"), 0) << "all or none";
    EXPECT_EQ(call(admin, "POST", kRuns, R"({"kind":"command.run","args":{"command":"x"}})").status, 202);
}

TEST_F(RunOwner, WhatDecidesOverTheRunsOfOthersIsNotForWhoMayNotSubmitForAll) {
    const auto member = person("member");
    for (const auto* more :
         {R"(,"queue":"reports")", R"(,"priority":0)", R"(,"unique_key":"k","on_conflict":"replace")",
          R"(,"concurrency_key":"k")", R"(,"after":["0190d1a0-0000-7000-8000-00000000000f"])"})
        EXPECT_EQ(submitted(member, more).status, 403) << more;
    EXPECT_EQ(submitted(member, R"(,"timeout":"10s","max_attempts":2)").status, 202);
    EXPECT_EQ(submitted(admin, R"(,"unique_key":"k")").status, 202);
}

TEST_F(RunOwner, ChangingRunsStaysWithAdministratorsAndReachesWhatARoleSays) {
    const auto member = person("member");
    const auto mine = submitted(member).at("id"), others = submitted(admin).at("id");
    EXPECT_EQ(call(member, "POST", kRuns + "/" + mine + "/cancel").status, 403);
    ASSERT_EQ(
        call(admin, "POST", "/api/v1/roles",
             R"({"name":"runner","title":"R","permissions":["runs.submit:own","runs.see:own","runs.change:own"]})")
            .status,
        201);
    ASSERT_EQ(call(admin, "PATCH", "/api/v1/users/" + member.id, R"({"role":"runner"})").status, 200);
    EXPECT_EQ(call(member, "POST", kRuns + "/" + others + "/cancel").status, 404);
    EXPECT_EQ(call(member, "POST", kRuns + "/" + others + "/retry").status, 404);
    EXPECT_EQ(
        call(member, "POST", kRuns + "/actions", R"({"action":"cancel","filter":{"kind":"http.request"}})").status,
        403);
    ASSERT_EQ(call(member, "POST", kRuns + "/" + mine + "/cancel").status, 200);
    const auto again = call(member, "POST", kRuns + "/" + mine + "/retry");
    ASSERT_EQ(again.status, 202) << again;
    EXPECT_EQ(call(member, "GET", kRuns + "/" + again.at("id")).status, 200) << "and it stays theirs";
    EXPECT_EQ(seen_by(member), 2U);
}

TEST_F(RunOwner, TheRunOfAReportIsOfWhoAskedForIt) {
    const auto agent = person("sales_agent"), other = person("sales_agent");
    ASSERT_EQ(call(agent, "POST", "/api/v1/reports/generate",
                   R"({"name":"Jobs","report_type":"job_summary","parameters":{},"export_format":"CSV"})")
                  .status,
              202);
    EXPECT_EQ(seen_by(agent), 1U);
    EXPECT_EQ(seen_by(other), 0U);
}

TEST_F(RunOwner, OwnersGoWithTheirRunsWhenThoseAreLongGone) {
    const auto old = std::string("00000000-0000-7000-8000-00000000000f");
    submitted(admin);
    database.one("insert into run_owner values ('" + old + "', '" + kHere + "', '" + admin.id + "')");
    queue::keep_history(database.pool(), 30, 90);
    EXPECT_EQ(database.number("select count(*) from run_owner"), 1);
    EXPECT_EQ(database.number("select count(*) from run_owner where run_id = '" + old + "'"), 0);
}

}  // namespace
}  // namespace nightshift::tests::run_owner
