// What must not break it: bodies that nobody can mean, many who change the same at once, and who tries passwords.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "core/error/error.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/tenant.h"

namespace nightshift::tests::hostile {
namespace {

using namespace std::chrono_literals;

class Hostile : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
    }
    /// Each of so many threads does it; they begin together.
    template <class Work>
    static void at_once(int threads, Work work) {
        std::atomic<int> waiting{threads};
        std::vector<std::jthread> crowd;
        for (int i = 0; i < threads; ++i)
            crowd.emplace_back([&, i] {
                for (--waiting; waiting > 0;) std::this_thread::yield();
                work(i);
            });
    }
    static std::string nested(int levels) {
        std::string text = R"({"title":"x","custom":)";
        for (int i = 0; i < levels; ++i) text += R"({"a":)";
        return text + "1" + std::string(static_cast<std::size_t>(levels) + 1, '}');
    }
};

TEST_F(Hostile, BodiesThatNobodyCanMeanAreRefusedAndWriteNothing) {
    const auto target = "/api/v1/jobs/" + job(admin);
    const auto before = fingerprint(database, kHere);
    const std::vector<std::string> bodies{
        nested(40),
        std::string(100000, '['),
        R"({"title":"a","title":"b"})",
        R"({"title":"a","custom":{"k":1,"k":2}})",
        "{\"title\":\"\xff\"}",
        "{\"title\":\"\xed\xa0\x80\"}",
        R"({"title":"\ud800"})",
        "{\"title\":\"\xc0\x80\"}",
        R"({"title":"a)",
        R"({"title":"a"}x)",
        R"({"title":"a",})",
        R"({'title':'a'})",
        "\xef\xbb\xbf{\"title\":\"a\"}",
        std::string("{\"title\":\"a\0b\"}", 15),
        R"({"title":"a\u0000b"})",
        R"({"title":"a","estimated_hours":1e999})",
        R"({"title":"a","estimated_hours":NaN})",
        "[]",
        "null",
        "\"title\"",
        "{",
    };
    for (const auto& body : bodies)
        for (const auto& [method, path] :
             {std::pair<std::string, std::string>{"POST", "/api/v1/jobs"}, {"PATCH", target}, {"PUT", target}}) {
            const auto answer = call(admin, method, path, body);
            EXPECT_TRUE(answer.status == 400 || answer.status == 422)
                << method << " " << body.substr(0, 60) << " " << answer;
            EXPECT_EQ(answer.header("Location"), "");
        }
    EXPECT_EQ(fingerprint(database, kHere), before);
}

TEST_F(Hostile, NoUpdateIsLostHoweverManyChangeTheSame) {
    constexpr int kPeople = 6, kTimes = 5;
    const auto target = "/api/v1/jobs/" + job(admin, R"(,"estimated_hours":1)");
    at_once(kPeople, [&](int) {
        for (int done = 0; done < kTimes;) {
            const auto seen = call(admin, "GET", target);
            const auto more = std::stod(seen.at("estimated_hours")) + 1;
            const auto answer = call(admin, "PATCH", target, R"({"estimated_hours":)" + std::to_string(more) + "}",
                                     {{"if-match", seen.header("ETag")}});
            ASSERT_TRUE(answer.status == 200 || answer.status == 409 || answer.status == 412) << answer;
            if (answer.status == 200) ++done;
        }
    });
    const auto last = call(admin, "GET", target);
    EXPECT_EQ(std::stod(last.at("estimated_hours")), 1 + kPeople * kTimes);
    EXPECT_EQ(last.at("version"), std::to_string(1 + kPeople * kTimes)) << "each change is a version and none is two";
}

TEST_F(Hostile, OfTimersThatStartAtOnceOneRuns) {
    constexpr int kTimers = 6;
    std::vector<std::string> jobs;
    for (int i = 0; i < kTimers; ++i) jobs.push_back(job(admin));
    const auto start = [&](const std::string& more) {
        std::mutex mutex;
        std::multiset<int> statuses;
        at_once(kTimers, [&](int i) {
            const auto status = call(admin, "POST", "/api/v1/time-logs" + more,
                                     R"({"job_id":")" + jobs[static_cast<std::size_t>(i)] + "\"}")
                                    .status;
            const std::lock_guard lock(mutex);
            statuses.insert(status);
        });
        EXPECT_EQ(database.number("select count(*) from time_log where end_time is null and deleted_at is null"), 1);
        return statuses;
    };
    const auto first = start("");
    EXPECT_EQ(first.count(201), 1U);
    EXPECT_EQ(first.count(409), kTimers - 1U);
    const auto switched = start("?switch=true");
    EXPECT_EQ(switched.count(201) + switched.count(409), std::size_t{kTimers});
    EXPECT_GE(switched.count(201), 1U);
}

TEST_F(Hostile, AThousandWrongPasswordsOpenNothingAndHoldNobodyElseUp) {
    const auto victim = person("member"), other = person("member");
    const auto tried = [&](const std::string& email, const std::string& password) {
        return call("", "POST", "/api/v1/auth/login", R"({"email":")" + email + R"(","password":")" + password + "\"}")
            .status;
    };
    std::atomic<int> refused{0}, locked{0}, busy{0}, else_{0}, others{0};
    at_once(8, [&](int thread) {
        for (int i = 0; i < 125; ++i) {
            const int status = tried(victim.email, "wrong " + std::to_string(1000 * thread + i));
            ++(status == 401 ? refused : status == 429 ? locked : status == 503 ? busy : else_);
            if (i % 25 == 0 && tried(other.email, "correct horse") == 200) ++others;
        }
    });
    EXPECT_EQ(else_, 0);
    EXPECT_EQ(refused + locked + busy, 1000);
    EXPECT_GE(refused, 10);
    EXPECT_LT(refused, 10 + 8 + 16) << "no more than those that were on their way when the lock fell";
    EXPECT_EQ(others, 40) << "who knows their own password gets in all the while";
    EXPECT_EQ(tried(victim.email, "correct horse"), 429);
    EXPECT_EQ(call(victim, "GET", "/api/v1/auth/me").status, 200) << "who is in stays in";
    database.one(
        "update login_failure set locked_until = clock_timestamp() - interval '1 second', first_at = clock_timestamp() "
        "- interval '16 minutes'");
    EXPECT_EQ(tried(victim.email, "correct horse"), 200);
}

TEST_F(Hostile, ATokenIsGoodForWhatItIsOnly) {
    const auto signed_in =
        call("", "POST", "/api/v1/auth/login", R"({"email":")" + admin.email + R"(","password":"correct horse"})");
    ASSERT_EQ(signed_in.status, 200) << signed_in;
    const auto access = signed_in.at("access_token"), refresh = signed_in.at("refresh_token");
    EXPECT_EQ(call(refresh, "GET", "/api/v1/auth/me").status, 401) << "a refresh token opens nothing";
    EXPECT_EQ(call("", "POST", "/api/v1/auth/refresh", R"({"refresh_token":")" + access + "\"}").status, 400)
        << "no refresh token is so long";
    EXPECT_EQ(call("nsk_" + access, "GET", "/api/v1/auth/me").status, 401);
    EXPECT_EQ(call("nsk_" + refresh, "GET", "/api/v1/auth/me").status, 401);
    EXPECT_EQ(call(access, "GET", "/api/v1/auth/me").status, 200);
}

}  // namespace
}  // namespace nightshift::tests::hostile
