// Who is in teams, who watches jobs, and what people are told: over the API.
#include <gmock/gmock.h>

#include "tests/kit/api_fixture.h"

namespace nightshift::tests {
namespace {

using testing::HasSubstr;

std::string naming(const std::string& field, const std::string& id, const std::string& more = {}) {
    return "{\"" + field + "\":\"" + id + "\"" + more + "}";
}

class TeamMembers : public ApiFixture {
protected:
    std::string team(const std::string& more = {}) {
        const auto made =
            call(admin, "POST", "/api/v1/teams", R"({"name":"Night )" + std::to_string(++teams_) + "\"" + more + "}");
        EXPECT_EQ(made.status, 201) << made;
        return "/api/v1/teams/" + made.at("id");
    }
    int teams_ = 0;
};

TEST_F(TeamMembers, AreAddedListedChangedAndRemoved) {
    const auto path = team() + "/members";
    const auto anna = person("member"), ben = person("technician");
    const auto added = call(admin, "POST", path, naming("user_id", anna.id));
    ASSERT_EQ(added.status, 201) << added;
    EXPECT_EQ(added.at("role_in_team"), "member");
    EXPECT_EQ(call(admin, "POST", path, naming("user_id", ben.id, R"(,"role_in_team":"lead")")).status, 201);
    const auto twice = call(admin, "POST", path, naming("user_id", anna.id));
    EXPECT_EQ(twice.status, 409) << twice;
    EXPECT_THAT(twice.text, HasSubstr("user_id"));
    EXPECT_EQ(call(anna, "GET", path).count(), 2U);
    EXPECT_EQ(call(anna, "GET", path + "?search=technician").count(), 1U);
    EXPECT_EQ(call(anna, "GET", "/api/v1/team-members?user_id=" + ben.id).count(), 1U);
    const auto changed = call(admin, "PATCH", path + "/" + anna.id, R"({"role_in_team":"deputy"})");
    EXPECT_EQ(changed.at("role_in_team"), "deputy") << changed;
    const auto item = "/api/v1/team-members/" + added.at("id");
    EXPECT_EQ(call(admin, "PATCH", item, naming("user_id", ben.id)).status, 422);
    EXPECT_EQ(call(admin, "PUT", item, naming("user_id", anna.id, R"(,"role_in_team":"night")")).status, 200);
    EXPECT_EQ(call(admin, "DELETE", path + "/" + anna.id).status, 204);
    EXPECT_EQ(call(admin, "DELETE", path + "/" + anna.id).status, 404);
    EXPECT_EQ(call(anna, "GET", path).count(), 1U);
    EXPECT_EQ(call(admin, "POST", path, naming("user_id", anna.id)).status, 201) << "the place is free again";
    EXPECT_EQ(database.number("select count(*) from audit_log where subject = 'team_member' and action = 'deleted'"),
              1);
}

TEST_F(TeamMembers, StandInTheTeamsDetails) {
    const auto anna = person("member");
    const auto path = team(R"(,"lead_user_id":")" + anna.id + '"');
    call(admin, "POST", path + "/members", naming("user_id", anna.id));
    const auto details = call(anna, "GET", path + "/details");
    ASSERT_EQ(details.status, 200) << details;
    EXPECT_EQ(details.body.at("members").at(0).at("user_id").as_string(), anna.id);
    EXPECT_EQ(details.body.at("lead").at("id").as_string(), anna.id);
    EXPECT_TRUE(details.body.at("department").is_null());
    EXPECT_EQ(call(admin, "GET", "/api/v1/teams/" + core::time::uuid7() + "/details").status, 404);
}

TEST_F(TeamMembers, AreChosenByWhoLeadsTheTeam) {
    const auto lead = person("manager"), other = person("manager"), anna = person("member"),
               stranger = person("admin", false);
    const auto path = team(R"(,"lead_user_id":")" + lead.id + '"') + "/members";
    EXPECT_EQ(call(other, "POST", path, naming("user_id", anna.id)).status, 403);
    EXPECT_EQ(call(anna, "POST", path, naming("user_id", anna.id)).status, 403);
    EXPECT_EQ(call(stranger, "POST", path, naming("user_id", stranger.id)).status, 404);
    EXPECT_EQ(call(lead, "POST", path, naming("user_id", stranger.id)).status, 422);
    EXPECT_EQ(call(lead, "POST", path, naming("user_id", anna.id)).status, 201);
    EXPECT_EQ(call(other, "DELETE", path + "/" + anna.id).status, 403);
    EXPECT_EQ(call(stranger, "GET", path).status, 404);
    EXPECT_EQ(call(stranger, "DELETE", path + "/" + anna.id).status, 404);
    EXPECT_EQ(call(lead, "DELETE", path + "/" + anna.id).status, 204);
    EXPECT_EQ(call(lead, "DELETE", path + "/x").status, 404);
}

class Told : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        configure_jobs();
        anna = person("technician");
        job_path = "/api/v1/jobs/" + job(admin);
    }
    void comment() { EXPECT_EQ(call(admin, "POST", job_path + "/comments", R"({"content":"Well"})").status, 201); }
    std::string unread(const Person& who) {
        return call(who, "GET", "/api/v1/notifications/unread-count").at("unread");
    }
    std::string first(const Person& who) {
        const auto list = call(who, "GET", "/api/v1/notifications");
        EXPECT_GT(list.count(), 0U);
        return list.count() == 0 ? "" : "/api/v1/notifications/" + std::string(list.body.at(0).at("id").as_string());
    }
    Person anna;
    std::string job_path;
};

TEST_F(Told, WatchersSeeTheJobAndHearOfIt) {
    EXPECT_EQ(call(anna, "GET", job_path).status, 404);
    EXPECT_EQ(call(anna, "POST", job_path + "/watchers").status, 404) << "nobody watches what they do not see";
    const auto added = call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    ASSERT_EQ(added.status, 200) << added;
    EXPECT_EQ(added.body.at(0).at("user_id").as_string(), anna.id);
    EXPECT_EQ(call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id)).count(), 1U) << "once";
    EXPECT_EQ(call(anna, "GET", job_path).status, 200);
    EXPECT_EQ(call(anna, "GET", "/api/v1/jobs/watched").count(), 1U);
    comment();
    EXPECT_EQ(unread(anna), "1");
    EXPECT_EQ(call(anna, "DELETE", job_path + "/watchers/me").status, 204);
    EXPECT_EQ(call(anna, "GET", job_path).status, 404);
    comment();
    EXPECT_EQ(unread(anna), "1");
    EXPECT_THAT(call(admin, "GET", job_path + "/history").text, HasSubstr("job_watcher"));
}

TEST_F(Told, WatchersAreOthersOnlyByWhoMayChangeTheJob) {
    const auto viewer = person("viewer"), stranger = person("admin", false);
    EXPECT_EQ(call(viewer, "POST", job_path + "/watchers").count(), 1U) << "oneself is fine";
    EXPECT_EQ(call(viewer, "POST", job_path + "/watchers", naming("user_id", anna.id)).status, 403);
    EXPECT_EQ(call(admin, "POST", job_path + "/watchers", naming("user_id", stranger.id)).status, 422);
    call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    EXPECT_EQ(call(viewer, "DELETE", job_path + "/watchers/" + anna.id).status, 403);
    EXPECT_EQ(call(stranger, "GET", job_path + "/watchers").status, 404);
    EXPECT_EQ(call(admin, "GET", job_path + "/watchers").count(), 2U);
    EXPECT_EQ(call(admin, "DELETE", job_path + "/watchers/" + anna.id).status, 204);
    EXPECT_EQ(call(admin, "DELETE", job_path + "/watchers/" + anna.id).status, 404);
    EXPECT_EQ(call(admin, "DELETE", job_path + "/watchers/x").status, 404);
}

TEST_F(Told, NotificationsAreReadCountedAndDeletedByTheirReader) {
    call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    for (int i = 0; i < 3; ++i) comment();
    EXPECT_EQ(unread(anna), "3");
    const auto newest = first(anna);
    const auto read = call(anna, "POST", newest + "/read");
    ASSERT_EQ(read.status, 200) << read;
    EXPECT_EQ(read.at("is_read"), "true");
    EXPECT_EQ(call(anna, "POST", newest + "/read").at("read_at"), read.at("read_at")) << "the first moment stays";
    EXPECT_EQ(unread(anna), "2");
    EXPECT_NE(first(anna), newest) << "unread ones come first";
    EXPECT_EQ(call(anna, "GET", "/api/v1/notifications?unread=true").count(), 2U);
    EXPECT_EQ(call(anna, "GET", "/api/v1/notifications?is_read=true").count(), 1U);
    EXPECT_EQ(call(anna, "GET", "/api/v1/notifications?unread=maybe").status, 400);
    EXPECT_EQ(call(anna, "GET", "/api/v1/notifications?type=comment_added&limit=2").count(), 2U);
    EXPECT_EQ(call(anna, "PATCH", newest, R"({"is_read":false})").at("read_at"), "null");
    EXPECT_EQ(call(anna, "POST", "/api/v1/notifications/mark-all-read").at("marked"), "3");
    EXPECT_EQ(unread(anna), "0");
    EXPECT_EQ(call(anna, "DELETE", newest).status, 204);
    EXPECT_EQ(call(anna, "GET", newest).status, 404);
    EXPECT_EQ(call(anna, "GET", "/api/v1/notifications").count(), 2U);
}

TEST_F(Told, NotificationsAreNobodyElsesWhateverTheyMay) {
    call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    comment();
    const auto item = first(anna);
    EXPECT_EQ(call(admin, "GET", "/api/v1/notifications").count(), 0U);
    for (const auto* method : {"GET", "DELETE"}) EXPECT_EQ(call(admin, method, item).status, 404) << method;
    EXPECT_EQ(call(admin, "POST", item + "/read").status, 404);
    EXPECT_EQ(call(admin, "PATCH", item, R"({"is_read":true})").status, 404);
    EXPECT_EQ(call(admin, "POST", "/api/v1/notifications/mark-all-read").at("marked"), "0");
    EXPECT_EQ(unread(anna), "1");
}

TEST_F(Told, WhoDoesNotWantToKnowIsNotTold) {
    call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    const auto path = "/api/v1/notifications/preferences";
    EXPECT_EQ(call(anna, "GET", path).text, R"({"preferences":[]})");
    const auto set = [&](const std::string& list) {
        return call(anna, "PUT", path, R"({"preferences":[)" + list + "]}");
    };
    const auto off = set(R"({"event":"comment_added","mode":"off"},{"event":"*","mode":"now"})");
    ASSERT_EQ(off.status, 200) << off;
    EXPECT_EQ(off.body.at("preferences").as_array().size(), 2U);
    comment();
    EXPECT_EQ(unread(anna), "0");
    set(R"({"event":"*","mode":"off"},{"event":"comment_added","mode":"now"})");
    comment();
    EXPECT_EQ(unread(anna), "1") << "what is named wins over *";
    EXPECT_EQ(set(R"({"event":"x","mode":"sometimes"})").status, 400);
    EXPECT_EQ(set(R"({"event":"x","channel":"pigeon","mode":"off"})").status, 400);
    EXPECT_EQ(call(admin, "GET", path).text, R"({"preferences":[]})");
}

TEST_F(Told, ActivityIsThatOfJobsOneSees) {
    comment();
    call(admin, "POST", job_path + "/comments", R"({"content":"Between us","is_internal":true})");
    const auto viewer = person("viewer"), stranger = person("admin", false);
    const auto all = call(admin, "GET", "/api/v1/activity");
    ASSERT_EQ(all.count(), 3U) << all;
    const auto& newest = all.body.at(0);
    EXPECT_EQ(newest.at("action").as_string(), "comment_created");
    EXPECT_EQ(newest.at("user_id").as_string(), admin.id);
    EXPECT_TRUE(newest.at("timestamp").is_string());
    EXPECT_EQ(call(viewer, "GET", "/api/v1/activity").count(), 2U) << "internal comments are not for viewers";
    EXPECT_EQ(call(anna, "GET", "/api/v1/activity").count(), 0U);
    EXPECT_EQ(call(stranger, "GET", "/api/v1/activity").count(), 0U);
    call(admin, "POST", job_path + "/watchers", naming("user_id", anna.id));
    EXPECT_EQ(call(anna, "GET", "/api/v1/activity?limit=1").count(), 1U);
    EXPECT_EQ(call(anna, "GET", "/api/v1/activity?user_id=me").count(), 0U);
    EXPECT_EQ(call(anna, "GET", "/api/v1/activity?usr_id=me").status, 400);
}

TEST_F(Told, TheAuditLogIsForWhoAnswersForIt) {
    const auto manager = person("manager"), stranger = person("admin", false);
    EXPECT_EQ(call(anna, "GET", "/api/v1/audit-logs").status, 403);
    const auto made = call(admin, "GET", "/api/v1/audit-logs?subject=job&action=created");
    ASSERT_EQ(made.count(), 1U) << made;
    EXPECT_EQ(made.body.at(0).at("actor").as_string(), "user:" + admin.id);
    EXPECT_EQ(made.body.at(0).at("changed").at("title").at(1).as_string(), "A job");
    EXPECT_EQ(call(admin, "GET", "/api/v1/audit-logs?subject=job&at_to=2000-01-01").count(), 0U);
    EXPECT_EQ(call(admin, "GET", "/api/v1/audit-logs?subject=job&user_id=" + anna.id).count(), 0U);
    EXPECT_EQ(call(stranger, "GET", "/api/v1/audit-logs?subject=job").count(), 0U);
    EXPECT_EQ(call(manager, "GET", "/api/v1/audit-logs?subject=job").count(), 0U) << "of jobs this manager leads";
    const auto made_team =
        call(admin, "POST", "/api/v1/teams", naming("lead_user_id", manager.id, R"(,"name":"Night")"));
    job(admin, R"(,"team_id":")" + made_team.at("id") + '"');
    EXPECT_EQ(call(manager, "GET", "/api/v1/audit-logs?subject=job").count(), 1U);
    for (const auto* wrong : {"subject_id=x", "at_from=soon", "limit=0", "nothing=1"})
        EXPECT_EQ(call(admin, "GET", std::string("/api/v1/audit-logs?") + wrong).status, 400) << wrong;
}

}  // namespace
}  // namespace nightshift::tests
