// Events over real sockets: WebSockets and Server-Sent Events, to whom they concern, in order, once, and no longer than
// somebody is signed in.
#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <future>

#include "api/events/hub.h"
#include "api/events/tail.h"
#include "core/http/server.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = core::json;

/// A client of its own: Beast's WebSocket, or a plain socket that reads a stream of events.
class Client {
public:
    explicit Client(std::uint16_t port) : port_(port), socket_(loop_) {
        socket_.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    }
    bool shake_hands(const std::string& target, const Headers& headers = {}) {
        socket_.set_option(beast::websocket::stream_base::decorator([&](auto& request) {
            for (const auto& [name, value] : headers) request.set(name, value);
        }));
        beast::error_code failure;
        socket_.handshake(response_, "127.0.0.1:" + std::to_string(port_), target, failure);
        return !failure;
    }
    std::string protocol() const { return std::string(response_["Sec-WebSocket-Protocol"]); }
    int status() const { return static_cast<int>(response_.result_int()); }
    void say(const std::string& text) { socket_.write(asio::buffer(text)); }
    /// The next message; null when none comes in time, or the other side has ended it.
    json::value next(std::chrono::milliseconds limit = 10s) {
        beast::flat_buffer buffer;
        bool is_done = false;
        socket_.async_read(buffer, [&](beast::error_code failure, std::size_t) {
            is_done = true;
            failure_ = failure;
        });
        run(limit, is_done);
        return failure_ ? json::value() : json::parse(beast::buffers_to_string(buffer.data()));
    }
    std::string next_type(std::chrono::milliseconds limit = 10s) {
        const auto frame = next(limit);
        return frame.is_object() ? json::text_in(frame.as_object(), "type") : "(none)";
    }
    /// The code it was closed with; 0: it was not, in time.
    int closed() {
        while (!failure_) next(25s);
        return failure_ == beast::websocket::error::closed ? socket_.reason().code : 0;
    }

    void ask_for_events(const std::string& target, const std::string& token, const std::string& last = {}) {
        const auto head = "GET " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n" +
                          (last.empty() ? "" : "Last-Event-ID: " + last + "\r\n") + "\r\n";
        asio::write(socket_.next_layer(), asio::buffer(head));
    }
    /// Reads on until it says so; false when it does not in time.
    bool hears(const std::string& text, std::chrono::milliseconds limit = 10s) {
        const auto until = std::chrono::steady_clock::now() + limit;
        while (heard.find(text) == std::string::npos && std::chrono::steady_clock::now() < until && !failure_) {
            std::array<char, 4096> piece{};
            bool is_done = false;
            std::size_t got = 0;
            socket_.next_layer().async_read_some(asio::buffer(piece),
                                                 [&](beast::error_code failure, std::size_t bytes) {
                                                     is_done = true;
                                                     failure_ = failure;
                                                     got = bytes;
                                                 });
            run(std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()),
                is_done);
            heard.append(piece.data(), got);
        }
        return heard.find(text) != std::string::npos;
    }
    bool has_ended() const { return failure_ == asio::error::eof; }
    std::string heard;

private:
    void run(std::chrono::milliseconds limit, const bool& is_done) {
        loop_.restart();
        loop_.run_for(limit);
        if (is_done) return;
        socket_.next_layer().cancel();
        loop_.restart();
        loop_.run();
    }

    std::uint16_t port_;
    asio::io_context loop_;
    beast::websocket::stream<asio::ip::tcp::socket> socket_;
    beast::websocket::response_type response_;
    beast::error_code failure_;
};

class Events : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        door = std::make_unique<core::http::Server>(
            core::http::ServerSettings{.port = 0},
            [this](core::http::Request request) { return router->answer(std::move(request)); });
    }
    void TearDown() override { door.reset(); }
    static Headers bearer(const Person& who) { return {{"Authorization", "Bearer " + who.token}}; }
    static std::string address(const Person& who, const std::string& more = {}) {
        return "/ws/notifications/" + who.id + more;
    }
    std::unique_ptr<Client> listening(const Person& who, const std::string& more = {}) {
        auto client = std::make_unique<Client>(door->port());
        EXPECT_TRUE(client->shake_hands(address(who, more), bearer(who)));
        EXPECT_EQ(client->next_type(), "hello");
        return client;
    }
    void assign(const std::string& job_id, const Person& to) {
        EXPECT_EQ(
            call(admin, "POST", "/api/v1/jobs/" + job_id + "/assign", R"({"assigned_to_user_id":")" + to.id + "\"}")
                .status,
            200);
    }
    void comment(const std::string& job_id, const std::string& more = {}) {
        EXPECT_EQ(
            call(admin, "POST", "/api/v1/jobs/" + job_id + "/comments", R"({"content":"Well")" + more + "}").status,
            201);
    }
    std::unique_ptr<core::http::Server> door;
};

/// A client that answers the very moment it hears hello is known by then.
TEST_F(Events, GreetWhoHasASeat) {
    const auto seen = job(admin);
    api::events::Hub hub(services);
    const auto listener = std::make_shared<core::http::Listener>(512, 1U << 20U);
    std::promise<bool> sees;
    listener->attach([&] { sees.set_value(hub.sees(*listener, seen)); });
    const auto who = gate.identify(admin.token);
    const api::kit::Caller caller{.actor = who.actor,
                                  .organization = who.organization,
                                  .permissions = who.permissions,
                                  .user = who.user,
                                  .session = who.session};
    hub.add(listener, {.caller = caller, .key = "", .user = admin.id, .last = std::nullopt});
    auto answer = sees.get_future();
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    EXPECT_TRUE(answer.get());
    hub.remove(listener);
}

TEST_F(Events, ComeToWhoMaySeeThem) {
    const auto anna = person("technician"), ben = person("technician"), viewer = person("viewer"),
               stranger = person("admin", false);
    auto hers = listening(anna), his = listening(ben), all = listening(viewer), elsewhere = listening(stranger);
    const auto id = job(admin);
    const auto made = all->next();
    EXPECT_EQ(made.at("type").as_string(), "job_created");
    EXPECT_EQ(made.at("actor").as_string(), "user:" + admin.id);
    EXPECT_EQ(made.at("data").at("job_id").as_string(), id);
    EXPECT_EQ(made.at("data").at("title").as_string(), "A job");
    assign(id, anna);
    const auto notification = hers->next();
    const auto first = json::text_in(notification.as_object(), "type"), second = hers->next_type();
    EXPECT_THAT((std::vector{first, second}), testing::UnorderedElementsAre("notification", "job_assigned"));
    EXPECT_EQ(all->next_type(), "job_assigned");
    comment(id, R"(,"is_internal":true)");
    comment(id);
    const auto heard = std::vector{hers->next_type(), hers->next_type(), hers->next_type(), hers->next_type()};
    EXPECT_THAT(heard, testing::UnorderedElementsAre("comment_added", "comment_added", "notification", "notification"));
    EXPECT_EQ(all->next_type(), "comment_added") << "a viewer hears of what a viewer may read";
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/jobs/" + id).status, 204);
    EXPECT_EQ(hers->next_type(), "job_deleted");
    EXPECT_EQ(all->next_type(), "job_deleted") << "and of the internal comment nothing";
    EXPECT_EQ(his->next_type(300ms), "(none)");
    EXPECT_EQ(elsewhere->next_type(300ms), "(none)");
}

TEST_F(Events, TellEachMoveOfAJob) {
    const auto id = job(admin);
    auto client = listening(admin, "?types=job_status_changed,job_completed,job_updated");
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/jobs/" + id, R"({"title":"Other"})").status, 200);
    const auto status = call(admin, "GET", "/api/v1/job-statuses?category=in_progress").body.at(0).at("id").as_string();
    EXPECT_EQ(
        call(admin, "POST", "/api/v1/jobs/" + id + "/status", R"({"job_status_id":")" + std::string(status) + "\"}")
            .status,
        200);
    EXPECT_EQ(call(admin, "POST", "/api/v1/jobs/" + id + "/complete").status, 200);
    const auto updated = client->next();
    EXPECT_EQ(updated.at("type").as_string(), "job_updated");
    EXPECT_EQ(json::text(updated.at("data").at("changed").at("title")), R"(["A job","Other"])");
    EXPECT_EQ(client->next_type(), "job_status_changed");
    EXPECT_EQ(client->next_type(), "job_status_changed");
    EXPECT_EQ(client->next_type(), "job_completed");
}

TEST_F(Events, AreOnesOwnUnlessOneIsAnAdministrator) {
    const auto anna = person("technician"), ben = person("technician");
    Client refused(door->port());
    EXPECT_FALSE(refused.shake_hands(address(anna), bearer(ben)));
    EXPECT_EQ(refused.status(), 403);
    Client nobody(door->port());
    EXPECT_FALSE(nobody.shake_hands(address(anna), {{"Authorization", "Bearer x"}}));
    EXPECT_EQ(nobody.status(), 401);
    job(admin);
    const auto id = job(admin);
    auto watching = std::make_unique<Client>(door->port());
    ASSERT_TRUE(watching->shake_hands(address(anna), bearer(admin)));
    EXPECT_EQ(watching->next_type(), "hello");
    assign(id, anna);
    EXPECT_THAT((std::vector{watching->next_type(), watching->next_type()}),
                testing::UnorderedElementsAre("notification", "job_assigned"))
        << "as she sees it";
    Client malformed(door->port());
    EXPECT_FALSE(malformed.shake_hands("/ws/notifications/x", bearer(anna)));
    EXPECT_EQ(malformed.status(), 404);
}

TEST_F(Events, OpenToATokenAsProtocolOrFirstMessage) {
    const auto anna = person("technician");
    Client page(door->port());
    ASSERT_TRUE(page.shake_hands("/ws/notifications/me", {{"Sec-WebSocket-Protocol", "bearer, " + anna.token}}));
    EXPECT_EQ(page.protocol(), "bearer");
    EXPECT_EQ(page.next_type(), "hello");
    Client late(door->port());
    ASSERT_TRUE(late.shake_hands(address(anna)));
    late.say(R"({"type":"auth","token":")" + anna.token + "\"}");
    EXPECT_EQ(late.next_type(), "hello");
    late.say(R"({"type":"ping"})");
    EXPECT_EQ(late.next_type(), "pong");
    late.say("nonsense");
    EXPECT_EQ(late.next_type(), "error");
    for (const auto* wrong : {R"({"type":"auth","token":"x"})", R"({"type":"ping"})"}) {
        Client stranger(door->port());
        ASSERT_TRUE(stranger.shake_hands(address(anna)));
        stranger.say(wrong);
        EXPECT_EQ(stranger.closed(), 1008) << wrong;
    }
    Client silent(door->port());
    ASSERT_TRUE(silent.shake_hands(address(anna)));
    EXPECT_EQ(silent.closed(), 1008) << "who does not say who it is is let go";
}

TEST_F(Events, GoOnWhereSomebodyLeftOff) {
    const auto id = job(admin);
    Client first(door->port());
    first.ask_for_events("/api/v1/events", admin.token);
    ASSERT_TRUE(first.hears("event: hello")) << first.heard;
    EXPECT_THAT(first.heard, HasSubstr("text/event-stream"));
    comment(id);
    ASSERT_TRUE(first.hears("event: comment_added")) << first.heard;
    const auto at = first.heard.rfind("id: ") + 4;
    const auto last = first.heard.substr(at, first.heard.find('\n', at) - at);
    comment(id);
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/jobs/" + id, R"({"title":"Other"})").status, 200);
    Client second(door->port());
    second.ask_for_events("/api/v1/events", admin.token, last);
    ASSERT_TRUE(second.hears("event: hello")) << second.heard;
    const auto missed = second.heard.find("event: comment_added"), then = second.heard.find("event: job_updated");
    EXPECT_LT(missed, then);
    EXPECT_LT(then, second.heard.find("event: hello"));
    EXPECT_EQ(second.heard.find("event: comment_added", missed + 1), std::string::npos)
        << "what was seen is not told again";
    Client third(door->port());
    third.ask_for_events("/events?last_event_id=0&types=job_updated", admin.token);
    ASSERT_TRUE(third.hears("event: hello")) << third.heard;
    EXPECT_EQ(third.heard.find("comment_added"), std::string::npos);
    EXPECT_NE(third.heard.find("job_updated"), std::string::npos);
}

TEST_F(Events, SayWhenTooMuchWasMissed) {
    job(admin);
    database.one("insert into event (organization_id, type, actor, user_id) select '" + kHere +
                 "', 'notification', 'system', '" + admin.id + "' from generate_series(1, 300)");
    Client many(door->port());
    many.ask_for_events("/api/v1/events", admin.token, "1");
    EXPECT_TRUE(many.hears("event: reset")) << many.heard;
    database.one("delete from event where id < 250");
    Client old(door->port());
    old.ask_for_events("/api/v1/events", admin.token, "100");
    EXPECT_TRUE(old.hears("event: reset")) << old.heard;
    Client ahead(door->port());
    ahead.ask_for_events("/api/v1/events", admin.token, "999999");
    EXPECT_TRUE(ahead.hears("event: reset")) << ahead.heard;
    for (const auto* wrong : {"x", "-1", "1.5"})
        EXPECT_EQ(call(admin, "GET", std::string("/api/v1/events?last_event_id=") + wrong).status, 400);
    EXPECT_EQ(call(admin, "GET", "/api/v1/events?job_id=x").status, 400);
}

TEST_F(Events, EndWithTheSessionAndWithTheAccount) {
    const auto anna = person("technician"), ben = person("technician");
    auto hers = listening(anna), his = listening(ben);
    Client stream(door->port());
    stream.ask_for_events("/api/v1/events", ben.token);
    ASSERT_TRUE(stream.hears("event: hello"));
    EXPECT_EQ(call(anna, "POST", "/api/v1/auth/logout").status, 204);
    EXPECT_EQ(hers->closed(), 1008);
    EXPECT_EQ(call(admin, "PATCH", "/api/v1/users/" + ben.id, R"({"is_active":false})").status, 200);
    EXPECT_EQ(his->closed(), 1008);
    EXPECT_FALSE(stream.hears("nothing more", 15s));
    EXPECT_TRUE(stream.has_ended());
}

TEST_F(Events, StopWhenARoleIsTakenAway) {
    const auto viewer = person("viewer");
    auto client = listening(viewer);
    job(admin);
    EXPECT_EQ(client->next_type(), "job_created");
    database.one("update membership set role_id = (select id from role where organization_id = '" + kHere +
                 "' and name = 'technician') where user_id = '" + viewer.id + "'");
    EXPECT_TRUE(eventually([&] {
        job(admin);
        return client->next_type(400ms) == "(none)";
    }));
}

TEST_F(Events, OfTransactionsThatEndInAnotherOrderComeInTheirsAndOnce) {
    api::events::Tail tail(database.pool());
    ASSERT_TRUE(tail.begin());
    const auto write = [&](core::pg::Transaction& tx, const char* type) {
        tx.execute("insert into event (organization_id, type, actor) values ('" + kHere + "', '" + type +
                   "', 'system')");
    };
    const auto types = [&] {
        std::vector<std::string> out;
        for (int i = 0; i < 3; ++i)
            for (const auto& event : tail.next()) out.push_back(event.type);
        return out;
    };
    auto one = database.pool().acquire(), two = database.pool().acquire(), three = database.pool().acquire();
    core::pg::Transaction late(two);
    {
        core::pg::Transaction early(one);
        write(early, "first");
        write(late, "second");
        core::pg::Transaction rolled_back(three);
        write(rolled_back, "never");
        write(early, "third");
        early.commit();
    }
    EXPECT_THAT(types(), ElementsAre("first")) << "the second may come yet";
    late.commit();
    EXPECT_THAT(types(), ElementsAre("second", "third")) << "and what never was holds up nobody";
    EXPECT_TRUE(types().empty());
    api::events::Tail other(database.pool());
    core::pg::Transaction slow(one);
    write(slow, "fourth");
    EXPECT_FALSE(other.begin()) << "it would not know whether the fourth is old or new";
    slow.commit();
    EXPECT_TRUE(other.begin());
    EXPECT_EQ(other.cursor(), 5);
}

TEST_F(Events, ReachHundredsThatListenWithoutAThreadEach) {
    const auto anna = person("technician");
    const auto id = job(admin);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(std::make_unique<Client>(door->port()));
        ASSERT_TRUE(clients.back()->shake_hands(address(anna), bearer(anna)));
    }
    for (auto& client : clients) ASSERT_EQ(client->next_type(), "hello");
    assign(id, anna);
    for (auto& client : clients)
        ASSERT_THAT((std::vector{client->next_type(), client->next_type()}),
                    testing::UnorderedElementsAre("notification", "job_assigned"));
    EXPECT_EQ(door->state().live, 300U);
}

TEST_F(Events, ShowWhoLooksAtAJobAndWhoWritesToThoseWhoLookToo) {
    const auto anna = person("technician"), ben = person("technician"), viewer = person("viewer");
    const auto id = job(admin);
    assign(id, anna);
    auto hers = listening(anna), his = listening(ben), others = listening(viewer);
    const auto looks = R"({"type":"presence","job_id":")" + id + "\"}";
    const auto people = [](Client& client) {
        const auto frame = client.next();
        EXPECT_EQ(frame.at("type").as_string(), "presence") << json::text(frame);
        return frame.at("data").at("users").as_array().size();
    };
    his->say(looks);
    EXPECT_EQ(his->next_type(), "error") << "who does not see the job";
    hers->say(looks);
    EXPECT_EQ(people(*hers), 1U);
    others->say(looks);
    EXPECT_EQ(people(*others), 2U);
    EXPECT_EQ(people(*hers), 2U);
    for (int i = 0; i < 5; ++i) hers->say(R"({"type":"typing","job_id":")" + id + "\"}");
    const auto writes = others->next();
    EXPECT_EQ(writes.at("type").as_string(), "typing");
    EXPECT_EQ(writes.at("data").at("user_id").as_string(), anna.id);
    hers->say(R"({"type":"leave","job_id":")" + id + "\"}");
    EXPECT_EQ(people(*others), 1U) << "and of the other words nothing, so soon";
    hers->say(looks);
    EXPECT_EQ(people(*others), 2U);
    hers.reset();
    EXPECT_EQ(people(*others), 1U) << "who hangs up is gone";
    EXPECT_EQ(database.number("select count(*) from event where type in ('presence', 'typing')"), 0);
}

TEST_F(Events, OfReportsComeToWhoAskedForThem) {
    auto client = listening(admin);
    const auto id = core::time::uuid7();
    database.one("insert into report (id, organization_id, name, report_type, export_format, requested_by) values ('" +
                 id + "', '" + kHere + "', 'Jobs', 'job_summary', 'CSV', 'user:" + admin.id + "')");
    database.one("update report set status = 'failed', error = 'x' where id = '" + id + "'");
    const auto frame = client->next();
    EXPECT_EQ(frame.at("type").as_string(), "report_failed");
    EXPECT_EQ(frame.at("data").at("report_id").as_string(), id);
}

}  // namespace
}  // namespace nightshift::tests
