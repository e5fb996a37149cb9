// Time zones: every zone of the system against Python's zoneinfo, and properties of the cron rules over all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "core/time/cron.h"
#include "core/time/cron_rule.h"
#include "core/time/time.h"
#include "core/time/tzif.h"

namespace nightshift::core::time {
namespace {

constexpr std::int64_t k2100 = 4102444800;

std::string output_of(const std::string& command) {
    std::string text;
    auto* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    char buffer[65536];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, size);
    ::pclose(pipe);
    return text;
}

/// Zone -> its stretches of one offset and abbreviation, a line each, from 1970 to 2100.
std::string stretches(const Zone& zone) {
    std::ostringstream out;
    std::pair<std::int32_t, std::string_view> now{-1, ""};
    for (std::int64_t second = 0; second < k2100;) {
        const auto span = zone.at(second);
        if (std::pair(span.offset, span.abbreviation) != now)
            out << second << ' ' << span.offset << ' ' << span.abbreviation << '\n';
        now = {span.offset, span.abbreviation};
        second = std::min(span.end, k2100);
    }
    return out.str();
}

TEST(Zone, every_zone_agrees_with_python_up_to_2100) {
    const auto text = output_of("python3 '" NIGHTSHIFT_SOURCE "/tests/cron/zones.py'");
    std::map<std::string, std::string> expected;
    std::istringstream lines(text);
    for (std::string name, rest; lines >> name && std::getline(lines >> std::ws, rest);) expected[name] += rest + '\n';
    EXPECT_GT(expected.size(), 400U);
    for (const auto& [name, there] : expected) {
        const auto zone = Zone::find(name);
        ASSERT_TRUE(zone) << name;
        EXPECT_EQ(stretches(*zone), there) << name;
    }
    for (const auto& name : Zone::names()) EXPECT_TRUE(expected.contains(name) || name == "Factory") << name;
}

TEST(Zone, names_that_lead_elsewhere_are_no_zones) {
    for (const auto* name : {"", "/etc/passwd", "../zoneinfo/UTC", "Europe", "Europe/", "Europe/../UTC", "right/UTC",
                             "tzdata.zi", "zone.tab", "Europe/Paris\n", "europe/paris"})
        EXPECT_FALSE(Zone::find(name)) << name;
    EXPECT_FALSE(Zone::find(std::string("UTC\0", 4)));
}

TEST(Zone, a_wall_clock_time_is_there_once_twice_or_never) {
    const auto paris = *Zone::find("Europe/Paris");
    const auto local = [&](const char* wall) {
        const auto found =
            paris.local(std::chrono::system_clock::to_time_t(*parse_rfc3339(std::string(wall) + ":00Z")));
        return std::pair(found.times, rfc3339(Instant(std::chrono::seconds(found.first))).substr(0, 16));
    };
    EXPECT_EQ(local("2026-06-01T12:00"), std::pair(Zone::Times::once, std::string("2026-06-01T10:00")));
    EXPECT_EQ(local("2026-03-29T02:00"), std::pair(Zone::Times::never, std::string("2026-03-29T01:00")));
    EXPECT_EQ(local("2026-03-29T02:59"), std::pair(Zone::Times::never, std::string("2026-03-29T01:00")));
    EXPECT_EQ(local("2026-03-29T03:00"), std::pair(Zone::Times::once, std::string("2026-03-29T01:00")));
    EXPECT_EQ(local("2026-10-25T02:00"), std::pair(Zone::Times::twice, std::string("2026-10-25T00:00")));
    EXPECT_EQ(local("2026-10-25T02:59"), std::pair(Zone::Times::twice, std::string("2026-10-25T00:59")));
    EXPECT_EQ(local("2026-10-25T03:00"), std::pair(Zone::Times::once, std::string("2026-10-25T02:00")));
}

TEST(Zone, shows_local_time_with_offset_and_abbreviation) {
    const auto shown = [](const char* moment, const char* zone) {
        return in_zone(*parse_rfc3339(moment), *Zone::find(zone));
    };
    EXPECT_EQ(shown("2026-03-29T01:00:00Z", "Europe/Paris"), "2026-03-29 03:00:00 +02:00 CEST");
    EXPECT_EQ(shown("2090-01-01T00:00:00Z", "America/St_Johns"), "2089-12-31 20:30:00 -03:30 NST");
    EXPECT_EQ(shown("2026-01-01T00:00:00Z", "UTC"), "2026-01-01 00:00:00 +00:00 UTC");
}

TEST(ZoneFile, footers_are_read_in_every_form) {
    const auto changes = [](const char* rule, std::int64_t after = 0) {
        std::ostringstream out;
        const auto found = expand_footer(rule, after);
        if (!found) return std::string("malformed");
        for (std::size_t i = 1; i < found->size() && i < 3; ++i)
            out << rfc3339(Instant(std::chrono::seconds((*found)[i].begin))).substr(0, 16) << ' ' << (*found)[i].offset
                << ' ' << (*found)[i].abbreviation << ' ' << ((*found)[i].is_dst ? "summer" : "winter") << '\n';
        return out.str();
    };
    constexpr std::int64_t k2026 = 1767225600;
    EXPECT_EQ(changes("CET-1CEST,M3.5.0,M10.5.0/3", k2026),
              "2026-03-29T01:00 7200 CEST summer\n2026-10-25T01:00 3600 CET winter\n");
    EXPECT_EQ(changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", k2026),
              "2026-03-29T01:00 -3600 -01 summer\n2026-10-25T01:00 -7200 -02 winter\n");
    EXPECT_EQ(changes("IST-1GMT0,M10.5.0,M3.5.0/1", k2026),
              "2026-03-29T01:00 3600 IST winter\n2026-10-25T01:00 0 GMT summer\n");
    EXPECT_EQ(changes("AAA5BBB,J60/2,J300", k2026),
              "2026-03-01T07:00 -14400 BBB summer\n2026-10-27T06:00 -18000 AAA winter\n");
    EXPECT_EQ(changes("AAA5BBB,59/2,300", k2026),
              "2026-03-01T07:00 -14400 BBB summer\n2026-10-28T06:00 -18000 AAA winter\n");
    EXPECT_EQ(changes("<+0545>-5:45"), "");
    for (const auto* bad : {"", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1x",
                            "<CET-1", "CET-1CEST,M3.5.0,M10.5.0/3,"})
        EXPECT_EQ(changes(bad), "malformed") << bad;
}

TEST(ZoneFile, broken_ones_are_refused) {
    EXPECT_FALSE(parse_tzif(""));
    EXPECT_FALSE(parse_tzif("TZif2"));
    EXPECT_FALSE(parse_tzif(std::string("TZif2") + std::string(200, '\0')));
    EXPECT_FALSE(parse_tzif(std::string("TZif2") + std::string(200, '\xff')));
}

TEST(ZoneFile, damaged_ones_are_read_or_refused_but_never_trusted) {
    std::ifstream file("/usr/share/zoneinfo/Europe/Paris", std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(file), {}};
    ASSERT_TRUE(parse_tzif(good));
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        auto bytes = good.substr(0, random() % 4 == 0 ? random() % good.size() : good.size());
        for (auto flips = random() % 8; flips > 0 && !bytes.empty(); --flips)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto changes = parse_tzif(bytes);
        if (!changes) continue;
        ASSERT_FALSE(changes->empty());
        ASSERT_EQ(changes->front().begin, kBeginning);
        ASSERT_TRUE(std::ranges::is_sorted(*changes, {}, &Change::begin));
    }
}

/// Own seeded choices: the same on each machine, named in each failure.
class Choices {
public:
    explicit Choices(unsigned seed) : random_(seed) {}
    int pick(int low, int high) { return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1)); }
    std::string field(int low, int high) {
        const int from = pick(low, high), to = pick(from, high);
        switch (pick(0, 4)) {
            case 0:
                return "*";
            case 1:
                return "*/" + std::to_string(pick(1, high));
            case 2:
                return std::to_string(from);
            case 3:
                return std::to_string(from) + "-" + std::to_string(to) + "/" + std::to_string(pick(1, 5));
            default:
                return std::to_string(from) + "," + std::to_string(to);
        }
    }
    std::string rule() {
        const auto day = pick(0, 2) > 0 ? "*" : field(1, 28), weekday = pick(0, 2) > 0 ? "*" : field(0, 7);
        return field(0, 59) + " " + field(0, 23) + " " + day + " " + (pick(0, 3) > 0 ? "*" : field(1, 12)) + " " +
               weekday;
    }
    /// Within two days of a change of the clocks when the zone has one in that year.
    std::int64_t moment(const Zone& zone) {
        const auto middle = std::int64_t{pick(0, 129)} * 31556952 + 15778476;
        const auto change = zone.at(middle).end;
        return (change < k2100 ? change : middle) + pick(-2 * 1440, 2 * 1440) * 60;
    }

private:
    std::mt19937 random_;
};

bool matches(const Cron::Rule& rule, std::int64_t wall) {
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::seconds(wall));
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const auto minute = (wall - std::chrono::seconds(day).count()) / 60;
    return (rule.minutes >> static_cast<unsigned>(minute % 60) & 1U) != 0 &&
           (rule.hours >> static_cast<unsigned>(minute / 60) & 1U) != 0 &&
           (rule.days_of({date.year(), date.month()}) >> static_cast<unsigned>(date.day()) & 1U) != 0;
}

/// The first fire after `from` and not after `until`, minute by minute, by the words of the policy: wall clock rules
/// fire whenever the clock shows one of their times; fixed ones when it reaches or passes one that it never showed.
std::optional<std::int64_t> slow_next(const Cron::Rule& rule, const Zone& zone, std::int64_t from, std::int64_t until) {
    constexpr std::int64_t kLongestGap = 86400 + 3600;
    auto furthest = from - kLongestGap + zone.at(from - kLongestGap).offset;
    for (auto second = from - kLongestGap + 60; second <= until; second += 60) {
        const auto wall = second + zone.at(second).offset;
        bool fires = !rule.names_one_hour && matches(rule, wall);
        if (rule.names_one_hour)
            for (auto passed = furthest; passed < wall;) fires = matches(rule, passed += 60) || fires;
        furthest = std::max(furthest, wall);
        if (fires && second > from) return second;
    }
    return std::nullopt;
}

class EveryZone : public testing::Test {
protected:
    std::vector<std::string> names_ = Zone::names();
};

TEST_F(EveryZone, next_is_later_and_nothing_between_matches) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto zone = *Zone::find(names_[i]);
        Choices choices(static_cast<unsigned>(i));
        for (int round = 0; round < 2; ++round) {
            const auto text = choices.rule();
            const auto from = choices.moment(zone) / 60 * 60;
            if (zone.at(from).offset % 60 != 0) continue;  // a minute of local mean time is no minute of ours
            const auto next = Cron::parse(text).next(Instant(std::chrono::seconds(from)), zone);
            ASSERT_TRUE(next) << text;
            const auto fire = std::chrono::system_clock::to_time_t(*next);
            ASSERT_GT(fire, from) << text << " in " << names_[i];
            const auto until = from + 24 * 3600;
            const auto expected = slow_next(parse_rule(text, ""), zone, from, until);
            EXPECT_EQ(expected.value_or(0), fire <= until ? fire : 0)
                << text << " in " << names_[i] << " after " << from;
        }
    }
}

TEST_F(EveryZone, a_rule_of_one_hour_fires_exactly_once_for_each_date) {
    using namespace std::chrono;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto zone = *Zone::find(names_[i]);
        Choices choices(static_cast<unsigned>(i) + 1000);
        const int minute = choices.pick(0, 59), hour = choices.pick(0, 4);
        const auto cron = Cron::parse(std::to_string(minute) + " " + std::to_string(hour) + " * * *");
        const auto first = floor<days>(seconds(choices.moment(zone))).count() - 200;
        // The n-th fire belongs to the n-th date: at its wall clock time, or at the first instant after it.
        auto fire = zone.local(first * 86400 + hour * 3600 + minute * 60).first;
        for (auto day = first + 1; day < first + 400; ++day) {
            const auto expected = zone.local(day * 86400 + hour * 3600 + minute * 60).first;
            // A date that the zone left out whole may share the instant after it with the next date.
            if (expected == fire) continue;
            fire = system_clock::to_time_t(*cron.next(Instant(seconds(fire)), zone));
            ASSERT_EQ(fire, expected) << names_[i] << " day " << day;
        }
    }
}

}  // namespace
}  // namespace nightshift::core::time
