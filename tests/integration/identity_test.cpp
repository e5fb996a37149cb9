// Signing in and being known again, against a real database. SPEC 1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "core/error/error.h"
#include "domain/identity/gate.h"
#include "tests/kit/database.h"

namespace nightshift::tests {
namespace {

using namespace std::chrono_literals;
using core::Code;
using domain::identity::Gate;
using domain::identity::GateSettings;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string kEmail = "ada@example.org", kPassword = "correct horse";

class Identities : public testing::Test {
protected:
    void SetUp() override {
        database.one("insert into organization (id, name, slug) values ('" + kOrganization + "', 'One', 'one')");
        gate.prepare();
    }
    static GateSettings settings() { return {.failures_to_lock = 3, .password_cost = 4}; }
    domain::identity::Tokens enroll(const std::string& email = kEmail) {
        return gate.enroll({.email = email, .password = kPassword, .name = "Ada"}, {});
    }
    template <class Work>
    static std::pair<Code, std::string> refused(Work&& work) {
        try {
            work();
        } catch (const core::Error& problem) {
            return {problem.code(), problem.what()};
        }
        ADD_FAILURE() << "not refused";
        return {Code::internal, ""};
    }
    std::pair<Code, std::string> refused_login(const std::string& email, const std::string& password) {
        return refused([&] { gate.login(email, password, {}); });
    }
    std::pair<Code, std::string> refused_refresh(const std::string& token) {
        return refused([&] { gate.refresh(token, {}); });
    }
    bool knows(const std::string& token) {
        try {
            gate.identify(token);
            return true;
        } catch (const core::Error& problem) {
            EXPECT_EQ(problem.code(), Code::unauthorized) << problem.what();
            return false;
        }
    }

    Database database;
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
    Gate gate{database.pool(), settings(), [this] { return now; }};
};

TEST_F(Identities, TheFirstToRegisterIsTheAdministratorAndTheNextAMember) {
    const auto first = gate.identify(enroll().access);
    EXPECT_THAT(first.permissions, Contains("org.manage"));
    EXPECT_EQ(first.actor, "user:" + first.user);
    EXPECT_EQ(first.organization, kOrganization);
    const auto second = gate.identify(enroll("bob@example.org").access);
    EXPECT_THAT(second.permissions, Not(Contains("org.manage")));
    EXPECT_THAT(second.permissions, Contains("job.view:own"));
}

TEST_F(Identities, AKnownAddressCantRegisterAgainInWhateverCase) {
    enroll();
    EXPECT_EQ(refused([&] { enroll(); }).first, Code::conflict);
    EXPECT_EQ(refused([&] { enroll("ADA@Example.org"); }).first, Code::conflict);
}

TEST_F(Identities, RegistrationThatIsClosedIsOpenToTheFirstOnly) {
    auto closed_settings = settings();
    closed_settings.registration = "closed";
    Gate closed(database.pool(), closed_settings, [this] { return now; });
    closed.prepare();
    closed.enroll({.email = kEmail, .password = kPassword}, {});
    EXPECT_EQ(refused([&] { closed.enroll({.email = "bob@example.org", .password = kPassword}, {}); }).first,
              Code::forbidden);
    EXPECT_EQ(database.number("select count(*) from app_user"), 1);
}

TEST_F(Identities, SignInWithTheirPasswordInWhateverCaseTheirAddressIs) {
    enroll();
    EXPECT_TRUE(knows(gate.login(kEmail, kPassword, {}).access));
    EXPECT_TRUE(knows(gate.login("ADA@EXAMPLE.ORG", kPassword, {}).access));
}

TEST_F(Identities, NobodyLearnsFromARefusalWhoExists) {
    enroll();
    const auto wrong = refused_login(kEmail, "wrong horse");
    EXPECT_EQ(wrong.first, Code::unauthorized);
    EXPECT_EQ(refused_login("nobody@example.org", "wrong horse"), wrong);
    EXPECT_EQ(refused_login("' or 1=1 --", kPassword), wrong);
    database.one("update app_user set is_active = false");
    EXPECT_EQ(refused_login(kEmail, kPassword), wrong);
}

TEST_F(Identities, TooManyWrongPasswordsLockTheAddressAndSayForHowLong) {
    enroll();
    for (const auto& email : {kEmail, std::string("nobody@example.org")}) {
        for (int i = 0; i < 3; ++i) EXPECT_EQ(refused_login(email, "wrong horse").first, Code::unauthorized);
        const auto [code, message] = refused_login(email, kPassword);
        EXPECT_EQ(code, Code::rate_limited);
        EXPECT_THAT(message, HasSubstr("seconds"));
    }
    database.one(
        "update login_failure set locked_until = clock_timestamp() - interval '1 second', first_at = clock_timestamp() "
        "- interval '16 minutes'");
    EXPECT_TRUE(knows(gate.login(kEmail, kPassword, {}).access));
}

TEST_F(Identities, SigningInForgetsTheFailuresBefore) {
    enroll();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2; ++i) refused_login(kEmail, "wrong horse");
        EXPECT_TRUE(knows(gate.login(kEmail, kPassword, {}).access));
    }
}

TEST_F(Identities, AccessEndsWithItsTime) {
    const auto tokens = enroll();
    EXPECT_TRUE(knows(tokens.access));
    now += tokens.expires_in - 1s;
    EXPECT_TRUE(knows(tokens.access));
    now += 1s;
    EXPECT_FALSE(knows(tokens.access));
}

TEST_F(Identities, RefreshingGivesNewTokensOfTheSameSession) {
    const auto first = enroll();
    const auto second = gate.refresh(first.refresh, {});
    EXPECT_NE(second.refresh, first.refresh);
    EXPECT_EQ(gate.identify(first.access).session, gate.identify(second.access).session);
    EXPECT_TRUE(knows(gate.refresh(second.refresh, {}).access));
}

TEST_F(Identities, ARefreshWhoseAnswerGotLostMayBeRepeated) {
    const auto first = enroll();
    gate.refresh(first.refresh, {});
    EXPECT_TRUE(knows(gate.refresh(first.refresh, {}).access));
}

TEST_F(Identities, ARefreshTokenUsedAgainLaterEndsTheWholeSession) {
    const auto first = enroll();
    const auto second = gate.refresh(first.refresh, {});
    EXPECT_TRUE(knows(second.access));
    database.one("update refresh_token set used_at = used_at - interval '21 seconds' where used_at is not null");
    EXPECT_EQ(refused_refresh(first.refresh).first, Code::unauthorized);
    EXPECT_EQ(refused_refresh(second.refresh).first, Code::unauthorized);
    EXPECT_FALSE(knows(first.access));
    EXPECT_FALSE(knows(second.access));
}

TEST_F(Identities, RefreshTokensEndAndUnknownOnesNeverWork) {
    const auto tokens = enroll();
    for (const auto& bad : {std::string(), std::string("x"), tokens.access, tokens.refresh + "x"})
        EXPECT_EQ(refused_refresh(bad).first, Code::unauthorized) << bad;
    database.one("update refresh_token set expires_at = clock_timestamp()");
    EXPECT_EQ(refused_refresh(tokens.refresh).first, Code::unauthorized);
}

TEST_F(Identities, RefreshTokensAreStoredHashedOnly) {
    const auto tokens = enroll();
    EXPECT_EQ(database.number("select count(*) from refresh_token t where t::text like '%" + tokens.refresh + "%'"), 0);
    EXPECT_EQ(database.number("select count(*) from audit_log a where a::text like '%password_hash%'"), 0);
}

TEST_F(Identities, SigningOutEndsTheSessionAndNoOther) {
    const auto first = enroll(), other = gate.login(kEmail, kPassword, {});
    ASSERT_TRUE(knows(first.access));
    gate.logout({}, gate.identify(first.access).session);
    EXPECT_FALSE(knows(first.access));
    EXPECT_EQ(refused_refresh(first.refresh).first, Code::unauthorized);
    EXPECT_TRUE(knows(other.access));
    gate.logout(other.refresh, {});
    EXPECT_FALSE(knows(other.access));
    gate.logout("unknown", {});
}

TEST_F(Identities, ANewPasswordEndsEverySession) {
    const auto first = enroll(), other = gate.login(kEmail, kPassword, {});
    const auto who = gate.identify(first.access);
    EXPECT_EQ(refused([&] { gate.change_password(who, "wrong horse", "battery staple"); }).first, Code::rule);
    EXPECT_EQ(refused([&] { gate.change_password(who, kPassword, "short"); }).first, Code::validation);
    EXPECT_TRUE(knows(first.access));
    gate.change_password(who, kPassword, "battery staple");
    EXPECT_FALSE(knows(first.access));
    EXPECT_FALSE(knows(other.access));
    EXPECT_EQ(refused_refresh(other.refresh).first, Code::unauthorized);
    EXPECT_EQ(refused_login(kEmail, kPassword).first, Code::unauthorized);
    EXPECT_TRUE(knows(gate.login(kEmail, "battery staple", {}).access));
}

TEST_F(Identities, AnApiKeyMayWhatItsPersonMayOrLessAndNeverMore) {
    enroll();
    const auto member = gate.identify(enroll("bob@example.org").access);
    const auto all = gate.identify(gate.make_key(kOrganization, member.user, "all", {}, ""));
    EXPECT_EQ(all.permissions, member.permissions);
    EXPECT_TRUE(all.actor.starts_with("key:"));
    const auto less = gate.identify(gate.make_key(kOrganization, member.user, "less", {"job.view", "org.manage"}, ""));
    EXPECT_EQ(less.permissions, std::vector<std::string>{"job.view:own"});
}

TEST_F(Identities, AnApiKeyEndsWithItsTimeAndWithItsPerson) {
    const auto who = gate.identify(enroll().access);
    EXPECT_FALSE(knows(gate.make_key(kOrganization, who.user, "old", {}, "2020-01-01T00:00:00Z")));
    const auto key = gate.make_key(kOrganization, who.user, "new", {}, "2100-01-01T00:00:00Z");
    EXPECT_TRUE(knows(key));
    EXPECT_FALSE(knows(key + "x"));
    database.one("update app_user set is_active = false");
    now += 6s;
    EXPECT_FALSE(knows(key));
}

TEST_F(Identities, ARoleThatChangesShowsWithinFiveSeconds) {
    enroll();
    const auto tokens = enroll("bob@example.org");
    ASSERT_THAT(gate.identify(tokens.access).permissions, Not(Contains("org.manage")));
    database.one("update membership set role_id = (select id from role where name = 'admin')");
    now += 6s;
    EXPECT_THAT(gate.identify(tokens.access).permissions, Contains("org.manage"));
    database.one("update membership set is_active = false");
    now += 6s;
    EXPECT_FALSE(knows(tokens.access));
}

TEST_F(Identities, TokensOfASessionThatEndedElsewhereEndWithinFiveSeconds) {
    const auto tokens = enroll();
    ASSERT_TRUE(knows(tokens.access));
    Gate elsewhere(database.pool(), settings(), [this] { return now; });
    elsewhere.prepare();
    elsewhere.logout(tokens.refresh, {});
    now += 6s;
    EXPECT_FALSE(knows(tokens.access));
}

TEST_F(Identities, ProcessesThatStartAtOnceMakeOneKeyAndKnowEachOthersTokens) {
    database.one("delete from signing_key");
    Gate left(database.pool(), settings(), [this] { return now; }),
        right(database.pool(), settings(), [this] { return now; });
    {
        const std::jthread one([&] { left.prepare(); }), two([&] { right.prepare(); });
    }
    EXPECT_EQ(database.number("select count(*) from signing_key"), 1);
    const auto tokens = left.enroll({.email = kEmail, .password = kPassword}, {});
    EXPECT_EQ(right.identify(tokens.access).user, tokens.user);
}

TEST_F(Identities, OfManyWhoRegisterFirstAtOnceOneIsTheAdministrator) {
    constexpr int kPeople = 6;
    std::barrier ready(kPeople);
    std::atomic<int> made = 0;
    {
        std::vector<std::jthread> crowd;
        for (int i = 0; i < kPeople; ++i)
            crowd.emplace_back([&, i] {
                ready.arrive_and_wait();
                enroll("p" + std::to_string(i) + "@example.org");
                ++made;
            });
    }
    EXPECT_EQ(made, kPeople);
    EXPECT_EQ(
        database.number("select count(*) from membership m join role r on r.id = m.role_id where r.name = 'admin'"), 1);
}

TEST_F(Identities, OfManyWhoRegisterFirstAtOnceWhereItIsClosedOneGetsIn) {
    auto closed_settings = settings();
    closed_settings.registration = "closed";
    Gate closed(database.pool(), closed_settings, [this] { return now; });
    closed.prepare();
    constexpr int kPeople = 4;
    std::barrier ready(kPeople);
    std::atomic<int> made = 0;
    {
        std::vector<std::jthread> crowd;
        for (int i = 0; i < kPeople; ++i)
            crowd.emplace_back([&, i] {
                ready.arrive_and_wait();
                try {
                    closed.enroll({.email = "p" + std::to_string(i) + "@example.org", .password = kPassword}, {});
                    ++made;
                } catch (const core::Error& problem) {
                    EXPECT_EQ(problem.code(), Code::forbidden) << problem.what();
                }
            });
    }
    EXPECT_EQ(made, 1);
    EXPECT_EQ(database.number("select count(*) from app_user"), 1);
}

TEST_F(Identities, AKeyReachesAsFarAsItsScopesAndNeverFurtherThanItsPerson) {
    const auto admin = gate.identify(enroll().access);
    const auto member = gate.identify(enroll("bob@example.org").access);
    const auto scopes = [&](const std::string& user, const std::vector<std::string>& wanted) {
        return gate.identify(gate.make_key(kOrganization, user, "k", wanted, "")).permissions;
    };
    EXPECT_THAT(scopes(admin.user, {"job.view:own", "job.create"}),
                testing::UnorderedElementsAre("job.view:own", "job.create"));
    EXPECT_THAT(scopes(admin.user, {"job.view:team", "job.view:own"}), testing::ElementsAre("job.view:team"));
    EXPECT_THAT(scopes(member.user, {"job.view:team", "org.manage:own"}), testing::ElementsAre("job.view:own"));
    EXPECT_THAT(scopes(member.user, {"job.view:self"}), testing::ElementsAre("job.view:self"));
    EXPECT_THAT(scopes(member.user, {"job.view:everywhere", "job"}), testing::IsEmpty());
}

TEST_F(Identities, WhenAKeyWasUsedIsWrittenOnceAMinuteAndIsNoChangeOfIt) {
    const auto who = gate.identify(enroll().access);
    const auto key = gate.make_key(kOrganization, who.user, "k", {}, "");
    const auto before = database.number("select count(*) from audit_log");
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(knows(key));
        now += 6s;  // past what is remembered
    }
    EXPECT_EQ(database.number("select count(*) from api_key_use"), 1);
    EXPECT_EQ(database.number("select version from api_key"), 1);
    EXPECT_EQ(database.number("select count(*) from audit_log"), before);
    EXPECT_EQ(database.one("select last_used_at is not null from api.api_key"), "t");
}

TEST_F(Identities, ANewKeySignsAndWhatTheOldOneSignedIsKnownUntilItHasExpired) {
    const auto kids = [&] {
        std::vector<std::string> out;
        const auto shown = gate.key_set();
        for (const auto& one : shown.at("keys").as_array()) out.emplace_back(one.at("kid").as_string());
        return out;
    };
    const auto old = enroll().access;
    const auto before = kids();
    ASSERT_EQ(before.size(), 1U);
    gate.rotate();
    const auto after = kids();
    ASSERT_EQ(after.size(), 2U) << "both are shown";
    EXPECT_EQ(after.back(), before.front());
    EXPECT_TRUE(knows(old));
    const auto fresh = gate.login(kEmail, kPassword, {}).access;
    EXPECT_TRUE(knows(fresh));
    EXPECT_NE(fresh.substr(0, fresh.find('.')), old.substr(0, old.find('.'))) << "another kid";
    EXPECT_EQ(database.number(
                  "select count(*) from signing_key where retires_at > clock_timestamp() + interval '15 minutes'"),
              1)
        << "longer than its tokens live";
    database.one("update signing_key set retires_at = clock_timestamp() where retires_at is not null");
    now += 31s;
    EXPECT_EQ(kids(), std::vector<std::string>{after.front()});
    EXPECT_FALSE(knows(old));
    EXPECT_TRUE(knows(fresh));
}

TEST_F(Identities, AKeyThatAnotherProcessMadeIsKnownAtOnceAndUsedWithinHalfAMinute) {
    enroll();
    Gate elsewhere(database.pool(), settings(), [this] { return now; });
    elsewhere.prepare();
    now += 2s;
    elsewhere.rotate();
    const auto fresh = elsewhere.login(kEmail, kPassword, {}).access;
    EXPECT_TRUE(knows(fresh));
    const auto kid = [](const std::string& token) { return token.substr(0, token.find('.')); };
    EXPECT_EQ(kid(gate.login(kEmail, kPassword, {}).access), kid(fresh));
}

TEST_F(Identities, AKeyThatGrewOldIsReplacedByOneProcessOnly) {
    auto turning = settings();
    turning.rotate = 3600s;
    Gate left(database.pool(), turning, [this] { return now; }),
        right(database.pool(), turning, [this] { return now; });
    left.prepare();
    right.prepare();
    EXPECT_EQ(database.number("select count(*) from signing_key"), 1);
    database.one("update signing_key set created_at = created_at - interval '2 hours'");
    now += 31s;
    {
        const std::jthread one([&] { left.key_set(); }), two([&] { right.key_set(); });
    }
    EXPECT_EQ(database.number("select count(*) from signing_key"), 2);
    EXPECT_EQ(database.number("select count(*) from signing_key where retires_at is null"), 1);
}

TEST_F(Identities, GarbageIsNobody) {
    for (const auto& bad : {std::string(), std::string("nsk_"), std::string("nsk_x"), std::string("a.b.c"),
                            std::string(10000, 'x'), std::string("\xff\xfe")})
        EXPECT_FALSE(knows(bad));
}

TEST(EmptyHouse, isBegunByWhoComesFirstAndIsTheirsToRun) {
    Database database;
    domain::identity::Gate gate{database.pool(), {.registration = "invite", .password_cost = 4}, [] {
                                    return std::chrono::system_clock::now();
                                }};
    gate.prepare();
    const auto first =
        gate.enroll({.email = "ada@example.org", .password = "correct horse", .organization = "aurora-field"}, {});
    EXPECT_THAT(gate.identify(first.access).permissions, Contains("org.manage"));
    EXPECT_EQ(database.one("select string_agg(name || '/' || slug, ' ') from organization"),
              "Aurora Field/aurora-field");
    EXPECT_THROW(gate.enroll({.email = "bob@example.org", .password = "correct horse"}, {}), core::Error);
    EXPECT_EQ(database.number("select count(*) from organization"), 1);
}

}  // namespace
}  // namespace nightshift::tests
