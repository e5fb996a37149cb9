// From an event to another system that hears of it: over real sockets, with a worker that really calls.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>

#include "core/http/server.h"
#include "core/secret/secret.h"
#include "core/text/base64.h"
#include "daemon/configuration.h"
#include "domain/webhooks/sql.h"
#include "queue/engine.h"
#include "queue/kinds.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

namespace http = core::http;
namespace json = core::json;

class Webhooks : public ApiFixture {
protected:
    Webhooks()
        : receiver({.port = 0, .threads = 2}, [this](const http::Request& request) { return receive(request); }) {}
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        configure("http: {allow_private: [127.0.0.1]}");
    }
    void TearDown() override {
        hangs = false;
        worker.reset();
    }

    void configure(const std::string& yaml) {
        configuration = std::make_unique<daemon::Configuration>(daemon::Configuration::from_text(yaml, "test"));
    }
    http::Response receive(const http::Request& request) {
        std::unique_lock lock(mutex_);
        got_.push_back(request);
        if (request.path == "/hang") {
            lock.unlock();
            eventually([this] { return !hangs; }, std::chrono::seconds(30));
            lock.lock();
        }
        if (request.path == "/gigabyte")
            return {
                .source = [left = 1024]() mutable { return left-- > 0 ? std::string(1U << 20U, 'x') : std::string{}; }};
        return {.status = status_, .body = "{}", .headers = answer_headers_};
    }
    void answer(int status, Headers more = {}) {
        const std::lock_guard lock(mutex_);
        status_ = status;
        answer_headers_ = std::move(more);
    }
    std::vector<http::Request> got() const {
        const std::lock_guard lock(mutex_);
        return got_;
    }
    std::string url(const std::string& path = "/hook") const {
        return "http://127.0.0.1:" + std::to_string(receiver.port()) + path;
    }
    void start() {
        worker = std::make_unique<queue::Engine>(
            queue::EngineSettings{.database_url = database.url(),
                                  .queues = {"integrations"},
                                  .slots = 3,
                                  .setting = [this](std::string_view path) { return configuration->at(path); }},
            std::vector<const queue::Kind*>(std::begin(generated::kinds), std::end(generated::kinds)));
        worker->start();
    }
    /// Its id; the secret is kept.
    std::string hook(const std::string& more = {}, const std::string& path = "/hook") {
        const auto made =
            call(admin, "POST", "/api/v1/webhooks", R"({"name":"Board","url":")" + url(path) + '"' + more + "}");
        EXPECT_EQ(made.status, 201) << made;
        secret = made.at("secret");
        return made.at("id");
    }
    static bool is_signed_by(const http::Request& request, const std::string& with) {
        const auto said = std::string(request.header("webhook-id")) + "." +
                          std::string(request.header("webhook-timestamp")) + "." + request.body;
        const auto signature =
            "v1," + core::text::base64(core::secret::hmac_bytes(core::text::from_base64(with.substr(6)), said));
        return (" " + std::string(request.header("webhook-signature")) + " ").find(" " + signature + " ") !=
               std::string::npos;
    }
    bool quiet() {
        return eventually([&] { return database.number("select count(*) from run where state <> 'scheduled'") == 0; });
    }
    void hurry() {
        database.one("update webhook_delivery set due_at = clock_timestamp() where state = 'deferred'");
        database.one("update webhook_lane set open_until = null");
        database.one("update run set ready_at = clock_timestamp() where state = 'scheduled'");
    }
    std::string states() {
        return database.one("select coalesce(string_agg(state, ' ' order by seq), '') from webhook_delivery");
    }

    std::string reason() { return database.one("select max(reason) from webhook_delivery"); }

    std::unique_ptr<daemon::Configuration> configuration;
    std::unique_ptr<queue::Engine> worker;
    std::string secret;
    std::atomic<bool> hangs = true;  ///< who calls /hang

private:
    mutable std::mutex mutex_;  // guards below
    std::vector<http::Request> got_;
    int status_ = 204;
    Headers answer_headers_;

protected:
    http::Server receiver;
};

TEST_F(Webhooks, get_what_happened_signed_and_in_its_order) {
    hook();
    std::vector<std::string> jobs;
    for (int i = 0; i < 20; ++i) jobs.push_back(job(admin));
    start();
    ASSERT_TRUE(quiet());
    const auto all = got();
    ASSERT_EQ(all.size(), 20U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto body = json::parse_object(all[i].body);
        EXPECT_EQ(body.at("type"), "job_created");
        EXPECT_EQ(body.at("data").at("job_id").as_string(), jobs[i]);
        EXPECT_TRUE(is_signed_by(all[i], secret));
        EXPECT_TRUE(all[i].header("webhook-id").starts_with("msg_"));
    }
    EXPECT_EQ(database.number("select count(*) from webhook_delivery where state = 'delivered' and attempts = 1"), 20);
}

TEST_F(Webhooks, hear_only_of_what_they_ask_for_and_of_their_own_organization) {
    hook(R"(,"events":["job_deleted"])");
    const auto one = job(admin);
    call(admin, "DELETE", "/api/v1/jobs/" + one);
    database.one("insert into event (organization_id, type, actor) values ('" + kThere + "', 'job_deleted', 'x')");
    EXPECT_EQ(database.one("select string_agg(event, ' ') from webhook_delivery"), "job_deleted");
}

TEST_F(Webhooks, of_one_transaction_are_served_by_one_run) {
    hook();
    database.one("insert into event (organization_id, type, actor) select '" + kHere +
                 "', 'job_updated', 'x' from generate_series(1, 500)");
    EXPECT_EQ(database.number("select count(*) from webhook_delivery"), 500);
    EXPECT_EQ(database.number("select count(*) from run where kind = 'webhook.deliver'"), 1);
    const auto& kind = queue::require_kind("webhook.deliver");
    EXPECT_EQ(database.one("select queue || ' ' || priority || ' ' || max_attempts || ' ' || timeout_ms from run"),
              std::string(kind.queue) + " " + std::to_string(kind.priority) + " " + std::to_string(kind.max_attempts) +
                  " " + std::to_string(kind.timeout.count()));
}

TEST_F(Webhooks, that_fail_are_tried_again_under_the_same_id_while_others_go_on) {
    const auto id = hook();
    answer(500);
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(states(), "deferred");
    answer(200);
    job(admin);
    ASSERT_TRUE(quiet());
    EXPECT_EQ(states(), "deferred delivered");
    hurry();
    ASSERT_TRUE(eventually([&] { return states() == "delivered delivered"; }));
    const auto all = got();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].header("webhook-id"), all[2].header("webhook-id"));
    EXPECT_EQ(all[0].body, all[2].body);
    const auto shown = call(admin, "GET", "/api/v1/webhooks/" + id + "/deliveries?state=delivered");
    ASSERT_EQ(shown.count(), 2U) << shown;
    EXPECT_EQ(shown.body.at(1).at("tries").as_array().size(), 2U) << shown;
    EXPECT_EQ(shown.body.at(1).at("tries").at(0).at("code"), 500);
}

TEST_F(Webhooks, whose_destination_fails_again_and_again_leave_it_alone_for_a_while) {
    const auto id = hook();
    answer(503);
    for (int i = 0; i < 12; ++i) job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(got().size(), 5U);
    EXPECT_NE(call(admin, "GET", "/api/v1/webhooks/" + id).at("paused_until"), "null");
    database.one("update webhook_lane set open_until = clock_timestamp()");
    database.one("update run set ready_at = clock_timestamp() where state = 'scheduled'");
    ASSERT_TRUE(eventually([&] { return got().size() == 6U; }));  // one, to see whether it is better
    ASSERT_TRUE(quiet());
    EXPECT_EQ(got().size(), 6U);
    answer(200);
    hurry();
    ASSERT_TRUE(eventually(
        [&] { return database.number("select count(*) from webhook_delivery where state = 'delivered'") == 12; }));
    EXPECT_EQ(call(admin, "GET", "/api/v1/webhooks/" + id).at("failures"), "0");
}

TEST_F(Webhooks, do_as_retry_after_asks) {
    hook();
    answer(429, {{"Retry-After", "3600"}});
    job(admin);
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(got().size(), 1U);
    EXPECT_EQ(database.number(
                  "select count(*) from webhook_lane where open_until > clock_timestamp() + interval '59 minutes'"),
              1);
    EXPECT_EQ(database.number("select count(*) from run where ready_at > clock_timestamp() + interval '59 minutes'"),
              1);
}

TEST_F(Webhooks, are_switched_off_when_their_destination_is_gone_and_who_manages_them_is_told) {
    const auto id = hook();
    answer(410);
    job(admin);
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    const auto shown = call(admin, "GET", "/api/v1/webhooks/" + id);
    EXPECT_EQ(shown.at("is_active"), "false") << shown;
    EXPECT_EQ(database.number("select count(*) from notification where type = 'webhook_off' and user_id = '" +
                              admin.id + "'"),
              1);
    EXPECT_EQ(states(), "withdrawn withdrawn");
    answer(200);
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/webhooks/" + id, R"({"is_active":true})").at("ended_because"), "null");
    job(admin);
    ASSERT_TRUE(eventually([&] { return states() == "withdrawn withdrawn delivered"; }));
}

TEST_F(Webhooks, never_reach_an_address_that_is_not_public) {
    configure("{}");
    hook();
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(states(), "dead");
    EXPECT_TRUE(got().empty());
    EXPECT_NE(database.one("select reason from webhook_delivery").find("public address"), std::string::npos);
}

TEST_F(Webhooks, follow_no_redirect) {
    hook();
    answer(302, {{"Location", url("/elsewhere")}});
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    ASSERT_EQ(got().size(), 1U);
    EXPECT_EQ(states(), "deferred");
}

TEST_F(Webhooks, read_no_more_of_an_answer_than_they_keep) {
    hook({}, "/gigabyte");
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(states(), "delivered");
    EXPECT_LE(database.number("select length(answer) from webhook_attempt"), 4096);
}

TEST_F(Webhooks, are_signed_by_both_secrets_while_one_is_changed_for_another) {
    const auto id = hook();
    const auto old = secret;
    const auto rotated = call(admin, "POST", "/api/v1/webhooks/" + id + "/rotate");
    ASSERT_EQ(rotated.status, 200) << rotated;
    EXPECT_NE(rotated.at("old_secret_until"), "null") << rotated;
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_TRUE(is_signed_by(got().at(0), old));
    EXPECT_TRUE(is_signed_by(got().at(0), rotated.at("secret")));
    database.one("update webhook_secret set expires_at = clock_timestamp() where expires_at is not null");
    job(admin);
    ASSERT_TRUE(eventually([&] { return got().size() == 2U; }));
    EXPECT_FALSE(is_signed_by(got().at(1), old));
    EXPECT_TRUE(is_signed_by(got().at(1), rotated.at("secret")));
    EXPECT_EQ(call(admin, "GET", "/api/v1/webhooks/" + id).text.find("whsec"), std::string::npos);
    EXPECT_EQ(database.number("select count(*) from audit_log where changed::text like '%whsec%'"), 0);
}

TEST_F(Webhooks, can_be_tried_out_and_replayed) {
    const auto id = hook();
    const auto tried = call(admin, "POST", "/api/v1/webhooks/" + id + "/test");
    ASSERT_EQ(tried.status, 202) << tried;
    start();
    ASSERT_TRUE(eventually([&] { return got().size() == 1U; }));
    EXPECT_EQ(json::parse(got()[0].body).at("type"), "webhook_test");
    ASSERT_TRUE(quiet());
    const auto again = call(admin, "POST", "/api/v1/webhooks/" + id + "/replay",
                            R"({"deliveries":[")" + tried.at("delivery_id") + R"("]})");
    EXPECT_EQ(again.at("replayed"), "1") << again;
    ASSERT_TRUE(eventually([&] { return got().size() == 2U; }));
    EXPECT_EQ(got()[0].header("webhook-id"), got()[1].header("webhook-id"));
    EXPECT_EQ(call(admin, "POST", "/api/v1/webhooks/" + id + "/replay", "{}").status, 400);
    EXPECT_EQ(
        call(admin, "POST", "/api/v1/webhooks/" + id + "/replay", R"({"from":"2020-01-01T00:00:00Z"})").at("replayed"),
        "0");
}

TEST_F(Webhooks, of_a_worker_that_died_go_out_again_under_the_same_id) {
    const auto id = hook();
    job(admin);
    database.one("insert into webhook_lane (webhook_id, holder, held_until) values ('" + id +
                 "', gen_random_uuid(), clock_timestamp() - interval '1 s')");
    database.one("update webhook_delivery set attempts = 1, began_at = clock_timestamp()");
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(database.one("select string_agg(state, ' ' order by number) from webhook_attempt"), "unknown sent");
    EXPECT_EQ(got().size(), 1U);
}

TEST_F(Webhooks, whose_run_is_cancelled_before_it_began_say_so) {
    const auto id = hook();
    job(admin);
    const auto run = database.one("select id from run");
    hook(R"(,"events":["job_deleted"])");
    ASSERT_LT(call(admin, "POST", "/api/v1/runs/" + run + "/cancel", R"({"reason":"not now"})").status, 300);
    EXPECT_EQ(states(), "withdrawn");
    EXPECT_EQ(reason(), "its run was cancelled: not now");
    EXPECT_EQ(database.number("select count(*) from webhook_delivery where ended_at is null"), 0);
    start();
    EXPECT_EQ(
        call(admin, "POST", "/api/v1/webhooks/" + id + "/replay", R"({"from":"2020-01-01T00:00:00Z"})").at("replayed"),
        "1");
    ASSERT_TRUE(eventually([&] { return states() == "delivered"; }));
}

TEST_F(Webhooks, that_another_run_will_serve_go_on_waiting_when_one_is_cancelled) {
    hook();
    hook();
    job(admin);
    job(admin);
    const auto run = database.one(
        "select id from run where args ->> 'webhook_id' = (select id::text from webhook order by id limit 1) limit 1");
    call(admin, "POST", "/api/v1/runs/" + run + "/cancel");
    EXPECT_EQ(states(), "intended intended intended intended");
    for (auto left = database.one("select coalesce(min(id::text), '') from run"); !left.empty();
         left = database.one("select coalesce(min(id::text), '') from run"))
        call(admin, "POST", "/api/v1/runs/" + left + "/cancel");
    EXPECT_EQ(states(), "withdrawn withdrawn withdrawn withdrawn");
}

TEST_F(Webhooks, whose_run_is_cancelled_while_it_calls_say_so) {
    hook({}, "/hang");
    job(admin);
    job(admin);
    start();
    ASSERT_TRUE(eventually([&] { return got().size() == 1U && database.number("select count(*) from run") == 1; }));
    call(admin, "POST", "/api/v1/runs/" + database.one("select id from run") + "/cancel");
    ASSERT_TRUE(eventually([&] { return states() == "withdrawn withdrawn"; })) << states();
    EXPECT_NE(reason().find("its run was cancelled"), std::string::npos) << reason();
}

TEST_F(Webhooks, whose_run_is_dead_are_dead_and_can_be_replayed) {
    const auto id = hook({}, "/hang");
    job(admin);
    job(admin);
    database.one("delete from run where id <> (select min(id::text)::uuid from run)");
    database.one("update run set max_attempts = 1, timeout_ms = 300");
    start();
    ASSERT_TRUE(eventually([&] { return states() == "dead dead"; })) << states();
    EXPECT_NE(reason().find("its run ended as dead: "), std::string::npos) << reason();
    EXPECT_EQ(database.number("select count(*) from webhook_delivery where began_at is not null"), 0);
    hangs = false;
    EXPECT_EQ(
        call(admin, "POST", "/api/v1/webhooks/" + id + "/replay", R"({"from":"2020-01-01T00:00:00Z"})").at("replayed"),
        "2");
    ASSERT_TRUE(eventually([&] { return states() == "delivered delivered"; })) << states();
    std::multiset<std::string> ids;
    for (const auto& one : got()) ids.emplace(one.header("webhook-id"));
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_EQ(ids.count(std::string(got()[0].header("webhook-id"))), 2U) << "the same at each try";
}

TEST_F(Webhooks, that_another_worker_serves_are_left_to_it) {
    const auto id = hook();
    job(admin);
    database.one("insert into webhook_lane (webhook_id, holder, held_until) values ('" + id +
                 "', gen_random_uuid(), clock_timestamp() + interval '1 h')");
    start();
    ASSERT_TRUE(quiet());
    EXPECT_TRUE(got().empty());
    EXPECT_EQ(states(), "intended");
}

TEST_F(Webhooks, none_is_forgotten_and_none_doubled_when_many_events_and_workers_meet) {
    hook();
    start();
    for (int i = 0; i < 60; ++i)
        database.one("insert into event (organization_id, type, actor) values ('" + kHere + "', 'job_updated', 'x')");
    ASSERT_TRUE(eventually(
        [&] { return database.number("select count(*) from webhook_delivery where state = 'delivered'") == 60; }));
    ASSERT_TRUE(quiet());
    EXPECT_EQ(got().size(), 60U);
}

TEST_F(Webhooks, for_slack_say_it_in_words) {
    hook(R"(,"format":"slack")");
    job(admin);
    start();
    ASSERT_TRUE(quiet());
    EXPECT_EQ(got().at(0).body, R"({"text":"*job created* JOB-1: A job"})");
}

TEST_F(Webhooks, are_for_who_manages_them) {
    const auto id = hook();
    const auto member = person("member"), stranger = person("admin", false);
    for (const auto* path : {"", "/deliveries"}) {
        EXPECT_EQ(call(member, "GET", "/api/v1/webhooks/" + id + path).status, 403);
        EXPECT_EQ(call(stranger, "GET", "/api/v1/webhooks/" + id + path).status, 404);
    }
    for (const auto* path : {"/rotate", "/test"}) {
        EXPECT_EQ(call(member, "POST", "/api/v1/webhooks/" + id + path).status, 403);
        EXPECT_EQ(call(stranger, "POST", "/api/v1/webhooks/" + id + path).status, 404);
    }
    EXPECT_EQ(call(admin, "POST", "/api/v1/webhooks", R"({"name":"x","url":"file:///etc/passwd"})").status, 400);
    EXPECT_EQ(
        call(admin, "POST", "/api/v1/webhooks", R"({"name":"x","url":"https://example.org","events":["job_craeted"]})")
            .status,
        400);
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/webhooks/" + id).status, 204);
    job(admin);
    EXPECT_EQ(states(), "");
}

}  // namespace
}  // namespace nightshift::tests
