// Webhooks: what is signed, how long a failure waits, what is refused.
#include "domain/webhooks/webhooks.h"

#include <gtest/gtest.h>

#include "core/schema/checks.h"

namespace nightshift::domain::webhooks {
namespace {

using namespace std::chrono_literals;

/// Worked out by another program: base64(HMAC-SHA-256(key, id.timestamp.body)).
TEST(Webhook, is_signed_as_its_standard_says) {
    const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw0M";
    const auto at = std::chrono::system_clock::time_point(1614265330s);
    const auto headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, R"({"test": 2432232314})", {secret});
    EXPECT_EQ(headers[0].second, "msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(headers[1].second, "1614265330");
    EXPECT_EQ(headers[2].second, "v1,c6/GDbU6IJJOLX1Gkdrq9Csa8O3tjZcvn4XRHEJP3wQ=");
    const auto both = signed_headers("msg_1", at, "{}", {secret, new_secret()});
    EXPECT_NE(both[2].second.find(" v1,"), std::string::npos);
}

TEST(Webhook, waits_longer_after_each_failure_and_gives_up_after_days) {
    auto all = 0s;
    for (int tries = 1; tries <= 9; ++tries) {
        EXPECT_GT(pause_after(tries, 0), 0s);
        EXPECT_GE(pause_after(tries, 1), pause_after(tries, 0));
        all += pause_after(tries, 0);
    }
    EXPECT_GT(all, 72h);
    EXPECT_LT(pause_after(10, 0), 0s);
}

TEST(Webhook, tells_slack_what_happened_and_nothing_that_people_smuggle_in) {
    EXPECT_EQ(slack_body({{"type", "job_completed"}, {"data", {{"key", "JOB-1"}, {"title", "<!channel> & more"}}}}),
              R"({"text":"*job completed* JOB-1: &lt;!channel&gt; &amp; more"})");
    EXPECT_EQ(slack_body({{"type", "report_ready"}, {"data", {{"name", "Jobs"}}}}),
              R"({"text":"*report ready*: Jobs"})");
}

TEST(Webhook, hears_of_events_that_there_are) {
    EXPECT_EQ(check_events(core::json::array{"job_created", "*"}), "");
    EXPECT_NE(check_events(core::json::array{"job_craeted"}).find("did you mean \"job_created\""), std::string::npos);
    EXPECT_EQ(core::schema::check_web_address("https://example.org/x"), "");
    for (const auto* bad : {"ftp://example.org", "example.org", "https://user:word@example.org", ""})
        EXPECT_NE(core::schema::check_web_address(bad), "") << bad;
}

}  // namespace
}  // namespace nightshift::domain::webhooks
