// Calendars and their days that are different, over the API: hours are checked, business time is added and counted.
#include "tests/kit/api_fixture.h"

namespace nightshift::tests {
namespace {

class Calendars : public ApiFixture {
protected:
    std::string calendar(const std::string& more = {}) {
        const auto made =
            call(admin, "POST", "/api/v1/calendars", R"({"name":"Office","time_zone":"Europe/Paris")" + more + "}");
        EXPECT_EQ(made.status, 201) << made;
        return made.at("id");
    }
    Reply sum(const std::string& id, const std::string& query) {
        return call(admin, "GET", "/api/v1/calendars/" + id + "/business-time?" + query);
    }
};

TEST_F(Calendars, HaveTheWorkingWeekUnlessTheySayOtherwise) {
    const auto id = calendar();
    const auto shown = call(admin, "GET", "/api/v1/calendars/" + id);
    EXPECT_EQ(shown.body.at("hours").as_array().size(), 5U);
    const auto later = sum(id, "from=2026-11-20T15:30:00Z&add=2h");  // a Friday, half past four in Paris
    ASSERT_EQ(later.status, 200) << later;
    EXPECT_EQ(later.at("to"), "2026-11-23T09:30:00.000000Z");
    EXPECT_EQ(later.at("is_open"), "true");
    const auto between = sum(id, "from=2026-11-20T15:30:00Z&to=2026-11-23T09:30:00Z");
    EXPECT_EQ(between.body.at("seconds").as_double(), 7200);
}

TEST_F(Calendars, PassOverTheirHolidays) {
    const auto id = calendar();
    const auto holiday = call(admin, "POST", "/api/v1/holidays",
                              R"({"calendar_id":")" + id + R"(","date":"2026-11-23","name":"Inventory"})");
    ASSERT_EQ(holiday.status, 201) << holiday;
    EXPECT_EQ(sum(id, "from=2026-11-20T15:30:00Z&add=2h").at("to"), "2026-11-24T09:30:00.000000Z");
    const auto again = call(admin, "POST", "/api/v1/holidays",
                            R"({"calendar_id":")" + id + R"(","date":"2026-11-23","name":"Again"})");
    EXPECT_EQ(again.status, 409) << again;
    EXPECT_EQ(again.fields(), std::set<std::string>{"date"});
    const auto half =
        call(admin, "PATCH", "/api/v1/holidays/" + holiday.at("id"), R"({"hours":[{"from":"09:00","to":"10:00"}]})");
    EXPECT_EQ(half.status, 200) << half;
    EXPECT_EQ(sum(id, "from=2026-11-20T15:30:00Z&add=90m").at("to"), "2026-11-23T09:00:00.000000Z");
    EXPECT_EQ(call(admin, "DELETE", "/api/v1/holidays/" + holiday.at("id")).status, 204);
    EXPECT_EQ(sum(id, "from=2026-11-20T15:30:00Z&add=2h").at("to"), "2026-11-23T09:30:00.000000Z");
}

TEST_F(Calendars, ThatAreNeverOpenSayThatThereIsNoAnswer) {
    const auto id = calendar(R"(,"hours":[])");
    const auto opening = sum(id, "from=2026-11-20T15:30:00Z");
    ASSERT_EQ(opening.status, 200) << opening;
    EXPECT_EQ(opening.at("next_opening"), "null");
    EXPECT_EQ(sum(id, "add=1h").status, 422);
}

TEST_F(Calendars, RefuseZonesAndHoursThatAreNone) {
    for (const auto* body : {R"({"name":"A","time_zone":"Eurpe/Paris"})",
                             R"({"name":"A","hours":[{"weekday":"monday","from":"9","to":"17:00"}]})",
                             R"({"name":"A","hours":[{"weekday":"someday","from":"09:00","to":"17:00"}]})"})
        EXPECT_EQ(call(admin, "POST", "/api/v1/calendars", body).status, 400) << body;
    const auto id = calendar();
    for (const auto* query : {"from=yesterday", "add=x", "add=1h&to=2026-11-20T15:30:00Z"})
        EXPECT_EQ(sum(id, query).status, 400) << query;
}

TEST_F(Calendars, HaveOneDefaultAndAreChangedByWhoPlans) {
    const auto first = calendar(R"(,"is_default":true)");
    const auto second = call(admin, "POST", "/api/v1/calendars", R"({"name":"Other","is_default":true})");
    ASSERT_EQ(second.status, 201) << second;
    EXPECT_EQ(call(admin, "GET", "/api/v1/calendars/" + first).at("is_default"), "false");
    const auto viewer = person("viewer"), foreign = person("admin", false);
    EXPECT_EQ(call(viewer, "GET", "/api/v1/calendars").count(), 2U);
    EXPECT_EQ(call(viewer, "POST", "/api/v1/calendars", R"({"name":"Mine"})").status, 403);
    EXPECT_EQ(call(foreign, "GET", "/api/v1/calendars/" + first + "/business-time").status, 404);
}

}  // namespace
}  // namespace nightshift::tests
