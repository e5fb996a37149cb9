#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "core/schema/field.h"
#include "core/time/cron_rule.h"

namespace nightshift::core::time {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Shape {
    std::string_view name;
    int low, high;
};
constexpr Shape kSecond{"second", 0, 59}, kMinute{"minute", 0, 59}, kHour{"hour", 0, 23}, kDay{"day of month", 1, 31},
    kMonth{"month", 1, 12}, kWeekday{"day of week", 0, 7};

[[noreturn]] void refuse(std::size_t column, std::string expected) {
    throw CronError({column, std::move(expected)});
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

/// FNV-1a: stable across builds and machines, which std::hash is not.
std::uint64_t stable_hash(std::string_view seed, std::string_view salt) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const auto part : {seed, salt})
        for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash ^ (hash >> 29U);
}

/// Reads one field from left to right, knowing its column.
class Reader {
public:
    Reader(std::string_view text, std::size_t column, const Shape& shape, std::string_view seed)
        : text_(upper(text)), column_(column), shape_(shape), seed_(seed) {}

    bool done() const { return at_ >= text_.size(); }
    char peek() const { return done() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    bool take(std::string_view word) {
        if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    [[noreturn]] void fail(const std::string& expected) const { refuse(column_ + at_, expected); }
    std::string range_text() const {
        return std::string(shape_.high == 23 ? "an " : "a ") + std::string(shape_.name) + " from " +
               std::to_string(shape_.low) + " to " + std::to_string(shape_.high);
    }

    int number(const std::string& expected) {
        const auto begin = at_;
        while (peek() >= '0' && peek() <= '9') ++at_;
        if (begin == at_ || at_ - begin > 9) {
            at_ = begin;
            fail(expected);
        }
        return std::atoi(text_.substr(begin, at_ - begin).c_str());
    }

    /// A number or a name of the field.
    int value() {
        const auto begin = at_;
        const int found = name();
        if (found >= 0) return found;
        const int parsed = number(range_text() + (shape_.high == 12 || shape_.high == 7 ? " or its name" : ""));
        if (parsed < shape_.low || parsed > shape_.high) {
            at_ = begin;
            fail(range_text());
        }
        return parsed;
    }

    /// H, H/15, H(0-29): a stable place in the range, spread by the seed.
    std::uint64_t spread() {
        int low = shape_.low, high = shape_.high == 31 ? 28 : shape_.high == 7 ? 6 : shape_.high;
        if (take('(')) {
            low = value();
            if (!take('-')) fail("\"-\"");
            high = value();
            if (high < low) fail("a range that ascends");
            if (!take(')')) fail("\")\"");
        }
        const auto hash = stable_hash(seed_, shape_.name);
        std::uint64_t bits = 0;
        if (take('/')) {
            const int step = positive_step();
            for (int v = low + static_cast<int>(hash % static_cast<unsigned>(step)); v <= high; v += step)
                bits |= 1ULL << static_cast<unsigned>(v);
            if (bits == 0) bits = 1ULL << static_cast<unsigned>(low);
            return bits;
        }
        return 1ULL << (static_cast<unsigned>(low) + hash % static_cast<unsigned>(high - low + 1));
    }

    int positive_step() {
        const auto begin = at_;
        const int step = number("a step"), most = shape_.high == 7 ? 7 : shape_.high + (shape_.low == 0 ? 1 : 0);
        if (step < 1 || step > most) {
            at_ = begin;
            fail("a step from 1 to " + std::to_string(most));
        }
        return step;
    }

    /// One entry of a list: *, a, a-b, with a step or not.
    std::uint64_t entry() {
        if (take('H')) return spread();
        int low = shape_.low, high = shape_.high == 7 ? 6 : shape_.high;
        if (!take('*')) {
            const auto begin = at_;
            low = value();
            if (take('-'))
                high = end_of_range(low, begin);
            else if (peek() != '/' || low > high)  // 5/10 goes on from 5; 7/2 has nothing to go on to
                high = low;
        }
        const int step = take('/') ? positive_step() : 1;
        std::uint64_t bits = 0;
        for (int v = low; v <= high; v += step) bits |= 1ULL << static_cast<unsigned>(v);
        return bits;
    }

    std::size_t at() const { return at_; }
    void back_to(std::size_t at) { at_ = at; }

private:
    /// SUN ends a week as well as it begins one: MON-SUN is 1-7.
    int end_of_range(int low, std::size_t begin) {
        const bool sunday = shape_.high == 7 && std::string_view(text_).substr(at_).starts_with(kWeekdays[0]);
        const int high = value();
        if (sunday && low > 0) return 7;
        if (high >= low) return high;
        at_ = begin;
        fail(shape_.high == 7 ? "a range that ascends, from MON to SUN; write FRI-SUN,MON for one over the week's end"
                              : "a range that ascends");
    }

    int name() {
        if (shape_.high == 12)
            for (std::size_t i = 0; i < kMonths.size(); ++i)
                if (take(kMonths[i])) return static_cast<int>(i) + 1;
        if (shape_.high == 7)
            for (std::size_t i = 0; i < kWeekdays.size(); ++i)
                if (take(kWeekdays[i])) return static_cast<int>(i);
        return -1;
    }

    std::string text_;
    std::size_t column_, at_ = 0;
    const Shape& shape_;
    std::string_view seed_;
};

/// Calls `one` for each entry of the list and refuses what is left over.
template <class One>
void each_entry(Reader& reader, One&& one) {
    do {
        one();
    } while (reader.take(','));
    if (!reader.done()) reader.fail("\",\", \"-\", \"/\" or the end of the field");
}

std::uint64_t simple(Reader reader) {
    std::uint64_t bits = 0;
    each_entry(reader, [&] { bits |= reader.entry(); });
    return bits;
}

void read_days(Reader reader, Cron::Rule& rule) {
    each_entry(reader, [&] {
        if (reader.take("LW")) return void(rule.last_workday = true);
        if (reader.take('L')) return void(rule.last_day = true);
        const auto bits = reader.entry();
        if (reader.take('W')) {
            if (!std::has_single_bit(bits)) reader.fail("one day before W");
            rule.nearest |= static_cast<std::uint32_t>(bits);
        } else {
            rule.days |= static_cast<std::uint32_t>(bits);
        }
    });
}

void read_weekdays(Reader reader, Cron::Rule& rule) {
    each_entry(reader, [&] {
        auto bits = reader.entry();
        if ((bits & 0x80U) != 0) bits = (bits & 0x7fU) | 1U;  // 7 is Sunday too
        const bool one = std::has_single_bit(bits);
        if (one && reader.take('#')) {
            const auto begin = reader.at();
            const int k = reader.number("which one, from 1 to 5");
            if (k < 1 || k > 5) {
                reader.back_to(begin);
                reader.fail("which one, from 1 to 5");
            }
            rule.nth |= 1ULL << (static_cast<unsigned>(std::countr_zero(bits)) * 6U + static_cast<unsigned>(k));
        } else if (one && reader.take('L')) {
            rule.last_weekdays |= static_cast<std::uint32_t>(bits);
        } else {
            rule.weekdays |= static_cast<std::uint32_t>(bits);
        }
    });
}

struct Word {
    std::string_view text;
    std::size_t column;
};

std::vector<Word> words(std::string_view expression) {
    std::vector<Word> out;
    std::size_t at = 0;
    while (at < expression.size()) {
        const auto begin = expression.find_first_not_of(" \t", at);
        if (begin == std::string_view::npos) break;
        const auto end = std::min(expression.find_first_of(" \t", begin), expression.size());
        out.push_back({expression.substr(begin, end - begin), begin + 1});
        at = end;
    }
    return out;
}

Cron::Rule parse_fields(const std::vector<Word>& fields, std::string_view seed) {
    Cron::Rule rule;
    const std::size_t first = fields.size() == 6 ? 1 : 0;
    const auto reader = [&](std::size_t i, const Shape& shape) {
        return Reader(fields[i].text, fields[i].column, shape, seed);
    };
    if (first == 1) rule.seconds = simple(reader(0, kSecond));
    rule.minutes = simple(reader(first, kMinute));
    rule.hours = static_cast<std::uint32_t>(simple(reader(first + 1, kHour)));
    rule.months = static_cast<std::uint32_t>(simple(reader(first + 3, kMonth)));
    const auto day = fields[first + 2].text, weekday = fields[first + 4].text;
    rule.any_day = day == "*" || day == "?";
    rule.any_weekday = weekday == "*" || weekday == "?";
    if (!rule.any_day) read_days(reader(first + 2, kDay), rule);
    if (!rule.any_weekday) read_weekdays(reader(first + 4, kWeekday), rule);
    const bool star = fields[first].text.starts_with('*') || fields[first + 1].text.starts_with('*') ||
                      (first == 1 && fields[0].text.starts_with('*'));
    rule.names_one_hour = !star && std::has_single_bit(rule.hours);
    return rule;
}

Cron::Rule parse_nickname(const std::vector<Word>& fields, std::string_view seed) {
    const auto name = upper(fields[0].text);
    if (name == "@EVERY") {
        if (fields.size() < 2) refuse(fields[0].column + fields[0].text.size(), "a duration such as 15m after @every");
        if (fields.size() > 2) refuse(fields[2].column, "nothing after the duration");
        constexpr double kLongest = 366 * 86400.0;
        const double span = schema::duration_seconds(fields[1].text);
        if (!(span >= 1 && span <= kLongest) || span != std::floor(span))
            refuse(fields[1].column, "a duration of whole seconds from 1s to 366d, such as 15m");
        Cron::Rule rule;
        rule.every = std::chrono::seconds(static_cast<std::int64_t>(span));
        return rule;
    }
    if (fields.size() != 1) refuse(fields[1].column, "nothing after " + std::string(fields[0].text));
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"@YEARLY", "0 0 1 1 *"}, {"@ANNUALLY", "0 0 1 1 *"}, {"@MONTHLY", "0 0 1 * *"}, {"@WEEKLY", "0 0 * * 0"},
        {"@DAILY", "0 0 * * *"},  {"@MIDNIGHT", "0 0 * * *"}, {"@HOURLY", "0 * * * *"}};
    for (const auto& [known, rule] : kNames)
        if (name == known) return parse_fields(words(rule), seed);
    refuse(fields[0].column, "@yearly, @monthly, @weekly, @daily, @hourly or @every <duration>");
}

}  // namespace

Cron::Rule parse_rule(std::string_view expression, std::string_view seed) {
    const auto fields = words(expression);
    if (fields.empty()) refuse(1, "five or six fields, or a name such as @daily");
    if (fields[0].text.starts_with('@')) return parse_nickname(fields, seed);
    if (fields.size() < 5)
        refuse(expression.size() + 1, "five fields (minute hour day month weekday) or six (second first), got " +
                                          std::to_string(fields.size()));
    if (fields.size() > 6) refuse(fields[6].column, "at most six fields");
    auto rule = parse_fields(fields, seed);
    // In 40 years each date falls on each day of the week.
    constexpr std::int64_t kYear2000 = 946684800, kYear2040 = 2208988800;
    if (!rule.next_wall(kYear2000, kYear2040))
        refuse(fields[fields.size() - 3].column, "a day that exists in one of the months given");
    return rule;
}

CronError::CronError(CronProblem problem)
    : problem_(std::move(problem)),
      text_("column " + std::to_string(problem_.column) + ": expected " + problem_.expected) {}

}  // namespace nightshift::core::time
