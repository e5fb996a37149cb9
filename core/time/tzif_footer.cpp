// The POSIX TZ rule at the end of a TZif file: POSIX.1-2017 8.3, with the extensions of RFC 9636 3.3.1 (hours from -167
// to 167).
#include <algorithm>
#include <limits>

#include "core/time/time.h"
#include "core/time/tzif.h"

namespace nightshift::core::time {
namespace {

using namespace std::chrono;

constexpr int kFirstYear = 1678, kLastYear = 2261;  // what Instant holds

/// A day of each year and a time on it.
struct Yearly {
    enum class Form { without_leap, with_leap, month_week_day } form = Form::with_leap;
    int month = 0, week = 0, day = 0;
    std::int64_t time = 7200;

    /// Wall clock seconds since 1970.
    std::int64_t in(year y) const {
        sys_days date;
        if (form == Form::month_week_day) {
            const chrono_month at{y, std::chrono::month(static_cast<unsigned>(month))};
            const weekday wanted(static_cast<unsigned>(day));
            date = week == 5 ? sys_days{at / wanted[last]} : sys_days{at / wanted[static_cast<unsigned>(week)]};
        } else {
            const bool shift = form == Form::without_leap && y.is_leap() && day >= 60;
            date = sys_days{y / January / 1} + days{form == Form::without_leap ? day - 1 + (shift ? 1 : 0) : day};
        }
        return date.time_since_epoch().count() * kDaySeconds + time;
    }

private:
    using chrono_month = year_month;
};

class FooterReader {
public:
    explicit FooterReader(std::string_view text) : text_(text) {}

    bool done() const { return text_.empty(); }
    bool failed() const { return failed_; }
    bool take(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    std::string name() {
        std::size_t length = 0;
        if (take('<')) {
            length = text_.find('>');
            if (length == std::string_view::npos) return fail(), std::string{};
            std::string found(text_.substr(0, length));
            text_.remove_prefix(length + 1);
            return found;
        }
        while (length < text_.size() && ((text_[length] | 0x20) >= 'a' && (text_[length] | 0x20) <= 'z')) ++length;
        if (length < 3) fail();
        std::string found(text_.substr(0, length));
        text_.remove_prefix(length);
        return found;
    }
    /// [+-]hh[:mm[:ss]] in seconds.
    std::int64_t clock() {
        const int sign = take('-') ? -1 : 1;
        if (sign == 1) take('+');
        std::int64_t sum = number(0, 167) * 3600;
        if (take(':')) sum += number(0, 59) * 60;
        if (take(':')) sum += number(0, 59);
        return sign * sum;
    }
    Yearly yearly() {
        Yearly found;
        if (take('M')) {
            found.form = Yearly::Form::month_week_day;
            found.month = static_cast<int>(number(1, 12));
            if (!take('.')) fail();
            found.week = static_cast<int>(number(1, 5));
            if (!take('.')) fail();
            found.day = static_cast<int>(number(0, 6));
        } else if (take('J')) {
            found.form = Yearly::Form::without_leap;
            found.day = static_cast<int>(number(1, 365));
        } else {
            found.day = static_cast<int>(number(0, 365));
        }
        if (take('/')) found.time = clock();
        return found;
    }
    void expect(char c) {
        if (!take(c)) fail();
    }
    char peek() const { return done() ? '\0' : text_[0]; }

private:
    void fail() { failed_ = true; }
    std::int64_t number(int low, int high) {
        std::int64_t value = 0;
        std::size_t digits = 0;
        for (; digits < text_.size() && digits < 4 && text_[digits] >= '0' && text_[digits] <= '9'; ++digits)
            value = value * 10 + (text_[digits] - '0');
        text_.remove_prefix(digits);
        if (digits > 0 && value >= low && value <= high) return value;
        fail();
        return low;
    }

    std::string_view text_;
    bool failed_ = false;
};

}  // namespace

std::optional<std::vector<Change>> expand_footer(std::string_view rule, std::int64_t after) {
    FooterReader reader(rule);
    Change standard{kBeginning, 0, false, reader.name()}, summer{kBeginning, 0, true, {}};
    standard.offset = static_cast<std::int32_t>(-reader.clock());
    std::vector<Change> changes{standard};
    if (reader.failed()) return std::nullopt;
    if (reader.done()) return changes;
    summer.abbreviation = reader.name();
    summer.offset = reader.peek() == ',' ? standard.offset + 3600 : static_cast<std::int32_t>(-reader.clock());
    reader.expect(',');
    const auto start = reader.yearly();
    reader.expect(',');
    const auto end = reader.yearly();
    if (reader.failed() || !reader.done()) return std::nullopt;
    for (int y = kFirstYear; y <= kLastYear; ++y) {
        standard.begin = end.in(year{y}) - summer.offset;
        summer.begin = start.in(year{y}) - standard.offset;
        changes.push_back(standard);
        changes.push_back(summer);
    }
    std::erase_if(changes, [&](const Change& one) { return one.begin != kBeginning && one.begin <= after; });
    // Where an end meets the next start, summer goes on: the later of two equal ones stands.
    std::ranges::stable_sort(changes, {}, &Change::begin);
    std::vector<Change> out;
    for (auto& one : changes) {
        if (!out.empty() && out.back().begin == one.begin && one.begin != kBeginning) out.pop_back();
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace nightshift::core::time
