#include "core/time/tzif.h"

#include <algorithm>
#include <limits>

namespace nightshift::core::time {
namespace {

/// Big-endian numbers from left to right; past the end everything is zero and `good` says so.
class Bytes {
public:
    explicit Bytes(std::string_view text) : text_(text) {}
    std::string_view take(std::size_t count) {
        if (count > text_.size()) {
            good_ = false;
            text_ = {};
            return {};
        }
        const auto part = text_.substr(0, count);
        text_.remove_prefix(count);
        return part;
    }
    std::int64_t number(std::size_t width) {
        std::uint64_t value = 0;
        for (const char c : take(width)) value = value << 8U | static_cast<unsigned char>(c);
        return width == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
    }
    std::size_t count() { return static_cast<std::uint32_t>(number(4)); }
    std::string_view rest() const { return text_; }
    bool good() const { return good_; }

private:
    std::string_view text_;
    bool good_ = true;
};

struct Header {
    char version = 0;
    std::size_t isutc = 0, isstd = 0, leaps = 0, times = 0, types = 0, letters = 0;
    bool good = false;

    std::size_t length(std::size_t width) const {
        return times * (width + 1) + types * 6 + letters + leaps * (width + 4) + isstd + isutc;
    }
};

Header header(Bytes& bytes) {
    Header head;
    if (bytes.take(4) != "TZif") return head;
    const auto version = bytes.take(1);
    bytes.take(15);
    for (auto* count : {&head.isutc, &head.isstd, &head.leaps, &head.times, &head.types, &head.letters})
        *count = bytes.count();
    constexpr std::size_t kMost = 1U << 16U;
    head.good = bytes.good() && head.types > 0 && head.types <= 256 && head.times < kMost && head.letters < kMost &&
                head.leaps < kMost && head.isutc < kMost && head.isstd < kMost;
    head.version = version.empty() ? '\0' : version[0];
    return head;
}

/// The kinds of local time a file knows: offset, summer or not, abbreviation.
std::vector<Change> types_of(std::string_view records, std::string_view letters) {
    std::vector<Change> types;
    for (Bytes bytes(records); !bytes.rest().empty();) {
        const auto offset = static_cast<std::int32_t>(bytes.number(4));
        const bool is_dst = bytes.number(1) != 0;
        const auto at = std::min(static_cast<std::size_t>(bytes.number(1)), letters.size());
        const auto name = letters.substr(at);
        types.push_back({kBeginning, offset, is_dst, std::string(name.substr(0, name.find('\0')))});
    }
    return types;
}

/// One block of the file: `width` 4 in the first, 8 in the second.
std::optional<std::vector<Change>> block(Bytes& bytes, const Header& head, std::size_t width) {
    Bytes times(bytes.take(head.times * width));
    const auto kinds = bytes.take(head.times);
    const auto records = bytes.take(head.types * 6);
    const auto types = types_of(records, bytes.take(head.letters));
    bytes.take(head.leaps * (width + 4) + head.isstd + head.isutc);
    if (!bytes.good() || head.leaps > 0) return std::nullopt;
    std::vector<Change> changes{types[0]};
    for (const char kind : kinds) {
        const auto number = static_cast<unsigned char>(kind);
        const auto begin = times.number(width);
        if (number >= types.size() || (changes.size() > 1 && begin <= changes.back().begin)) return std::nullopt;
        changes.push_back(types[number]);
        changes.back().begin = begin;
    }
    return changes;
}

std::optional<std::vector<Change>> all_changes(std::string_view file) {
    Bytes bytes(file);
    auto head = header(bytes);
    if (!head.good) return std::nullopt;
    if (head.version < '2') return block(bytes, head, 4);
    bytes.take(head.length(4));
    head = header(bytes);
    if (!head.good) return std::nullopt;
    auto changes = block(bytes, head, 8);
    if (!changes || !bytes.rest().starts_with('\n')) return changes;
    const auto footer = bytes.rest().substr(1, bytes.rest().find('\n', 1) - 1);
    if (footer.empty()) return changes;
    auto later = expand_footer(footer, changes->size() > 1 ? changes->back().begin : kBeginning);
    if (!later) return std::nullopt;
    if (changes->size() == 1) return later;
    changes->insert(changes->end(), std::make_move_iterator(later->begin() + 1), std::make_move_iterator(later->end()));
    return changes;
}

}  // namespace

std::optional<std::vector<Change>> parse_tzif(std::string_view file) {
    auto changes = all_changes(file);
    if (!changes) return changes;
    // Some files end with a change to what is already there, at the last second that 32 bits can hold.
    const auto same = [](const Change& left, const Change& right) {
        return left.offset == right.offset && left.is_dst == right.is_dst && left.abbreviation == right.abbreviation;
    };
    changes->erase(std::unique(changes->begin(), changes->end(), same), changes->end());
    return changes;
}

}  // namespace nightshift::core::time
