// A worker that is killed in the middle of a sweep: every threshold is passed once, everybody is reminded once, and
// nobody is forgotten.
#include <csignal>

#include "tests/fault/fault.h"

namespace nightshift::tests {
namespace {

class SweepFault : public Fault {
protected:
    ProgramSettings with(const std::string& queue, const std::string& fail_points = {}) const {
        auto all = settings();
        all.broker_url.clear();
        all.queue = queue;
        all.fail_points = fail_points;
        return all;
    }
    /// So many open jobs of one person, in a department that another manages.
    void fill_with_jobs(int count, const std::string& columns, const std::string& values) {
        database.one(
            "insert into job (id, organization_id, key, title, job_type_id, job_status_id, job_priority_id, "
            "created_by_user_id, assigned_to_user_id, department_id, " +
            columns + ") select uuid7(), d.organization_id, 'F-' || i, 'A job', t.id, s.id, p.id, u.id, u.id, d.id, " +
            values + " from generate_series(1, " + std::to_string(count) +
            ") i, (select id from job_type order by name limit 1) t, (select id from job_status where "
            "category = 'open' limit 1) s, (select id from job_priority order by level limit 1) p, (select "
            "id from app_user order by email limit 1) u, (select * from department order by name limit 1) d");
    }
};

class KilledServiceLevels : public SweepFault, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(at, KilledServiceLevels,
                         testing::Values("sla.before_commit=kill@2", "sla.fired=kill@1", "sla.fired=kill@2",
                                         "sla.told=kill@1", "sla.told=kill@2", "complete.before_commit=kill@1"),
                         [](const auto& one) {
                             std::string name = one.param;
                             for (auto& c : name)
                                 if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                             return name;
                         });

/// Fifteen hundred jobs, told in two batches: half are late (50, 80 and 100 per cent at once), half are warned.
TEST_P(KilledServiceLevels, each_threshold_is_passed_once_and_told_once) {
    constexpr int kJobs = 1500, kOfEach = kJobs / 2;
    database.one(
        "update department set manager_user_id = (select id from app_user order by email desc limit 1) where id = "
        "(select id from department order by name limit 1)");
    database.one(
        "insert into sla_policy (id, organization_id, name, is_active, resolution_minutes) values "
        "(uuid7(), '" +
        kOrganization + "', 'Two days', true, 2880)");
    fill_with_jobs(kJobs, "created_at", "now() - (array['3 days', '30 hours'])[1 + i % 2]::interval");
    const auto victim = start(with("sweeps", GetParam()));
    ASSERT_TRUE(victim->ended_by(SIGKILL)) << victim->log();
    expire_lease_of(*victim);
    const auto heir = start(with("sweeps"));
    EXPECT_TRUE(eventually([&] { return database.number("select count(*) from sla_threshold") >= 4 * kOfEach; }, 30s))
        << heir->log();
    EXPECT_TRUE(all_ended()) << heir->log();
    EXPECT_EQ(database.one("select string_agg(percent || ': ' || n, ', ' order by percent) from (select percent, "
                           "count(*) as n from sla_threshold group by 1) x"),
              "50: 1500, 80: 750, 100: 750");
    EXPECT_EQ(database.one("select string_agg(percent || ': ' || n, ', ' order by percent) from (select (data ->> "
                           "'percent')::int as percent, count(distinct subject_id) as n from event where type like "
                           "'sla_%' group by 1) x"),
              "50: 1500, 80: 750, 100: 750");
    EXPECT_EQ(database.number("select count(*) from event where type like 'sla_%'"), 4 * kOfEach);
    EXPECT_EQ(database.one("select string_agg(type || ': ' || n, ', ' order by type) from (select type, count(*) as n "
                           "from notification group by 1) x"),
              "sla_breached: 1500, sla_warning: 750");
    EXPECT_EQ(database.number("select count(distinct (type, job_id, user_id)) from notification"), 3 * kOfEach);
    EXPECT_EQ(database.number("select count(*) from sla_clock where breached_at is not null"), kOfEach);
    EXPECT_TRUE(sound()) << heir->log();
}

class KilledReminders : public SweepFault, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(at, KilledReminders,
                         testing::Values("reminder.found", "reminder.told", "finish.before_commit",
                                         "finish.after_commit"),
                         [](const auto& one) {
                             std::string name = one.param;
                             std::ranges::replace(name, '.', '_');
                             return name;
                         });

TEST_P(KilledReminders, everybody_is_reminded_once) {
    constexpr int kJobs = 600, kPeople = 300;
    database.one("update reminder_rule set is_active = name = 'Due in 24 hours'");
    database.one("insert into app_user (id, organization_id, email, name) select uuid7(), '" + kOrganization +
                 "', 'reader' || i || '@example.org', 'Reader ' || i from generate_series(1, " +
                 std::to_string(kPeople) + ") i");
    database.one(
        "insert into membership (organization_id, user_id, role_id) select u.organization_id, u.id, r.id from app_user "
        "u join role r on r.organization_id = u.organization_id and r.name = 'member' where u.email like 'reader%'");
    fill_with_jobs(kJobs, "due_date", "now() + interval '20 hours'");
    database.one(
        "update job j set assigned_to_user_id = (select u.id from app_user u where u.email = 'reader' || (1 + "
        "substr(j.key, 3)::int % " +
        std::to_string(kPeople) + ") || '@example.org')");
    const auto sweep = [&] {
        queue::submit_alone(database.pool(), {.kind = "reminder.sweep", .organization = kOrganization});
    };
    sweep();
    const auto victim = start(with("reminders", std::string(GetParam()) + "=kill@1"));
    ASSERT_TRUE(victim->ended_by(SIGKILL)) << victim->log();
    const bool is_done = std::string_view(GetParam()) == "finish.after_commit";
    EXPECT_EQ(database.number("select count(*) from notification"), is_done ? kJobs : 0);
    expire_lease_of(*victim);
    const auto heir = start(with("reminders"));
    EXPECT_TRUE(all_ended()) << heir->log();
    sweep();
    EXPECT_TRUE(all_ended()) << heir->log();
    EXPECT_EQ(database.number("select count(*) from notification"), kJobs);
    EXPECT_EQ(database.number("select count(distinct (user_id, job_id)) from notification where type = "
                              "'reminder_before_due'"),
              kJobs);
    EXPECT_EQ(database.number("select count(*) from reminder where state = 'sent' and notification_id is not null"),
              kJobs);
    EXPECT_TRUE(sound()) << heir->log();
}

}  // namespace
}  // namespace nightshift::tests
