#include "core/time/zone.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "core/error/error.h"
#include "core/time/tzif.h"

namespace nightshift::core::time {

struct Zone::Data {
    std::string name;
    std::vector<Change> changes;

    std::size_t index(std::int64_t second) const {
        const auto after = std::ranges::upper_bound(changes, second, {}, &Change::begin);
        return static_cast<std::size_t>(after - changes.begin()) - 1;
    }
    std::int64_t end_of(std::size_t i) const {
        return i + 1 < changes.size() ? changes[i + 1].begin : std::numeric_limits<std::int64_t>::max();
    }
};

namespace {

namespace fs = std::filesystem;

/// No offset is further from UTC than this, and no two changes that matter to one wall clock time further apart.
constexpr std::int64_t kFurthestOffset = 26 * 3600;

fs::path folder() {
    const char* given = std::getenv("TZDIR");
    return given != nullptr && *given != '\0' ? given : "/usr/share/zoneinfo";
}

/// A name of the database, not a path out of it; right/ counts leap seconds, posix/ repeats the rest.
bool is_name(std::string_view name) {
    const auto fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '+' || c == '/';
    };
    return !name.empty() && name.size() < 100 && name[0] != '/' && std::ranges::all_of(name, fine) &&
           !name.starts_with("right/") && !name.starts_with("posix/") && name != "posixrules" && name != "localtime";
}

std::unique_ptr<Zone::Data> load(std::string_view name) {
    const auto path = folder() / name;
    std::error_code failure;
    if (!is_name(name) || !fs::is_regular_file(path, failure)) return nullptr;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    auto changes = parse_tzif(bytes);
    if (!changes) return nullptr;
    return std::make_unique<Zone::Data>(Zone::Data{std::string(name), std::move(*changes)});
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
    static std::mutex mutex;
    static auto& loaded = *new std::map<std::string, std::unique_ptr<Data>, std::less<>>;  // kept for good
    const std::scoped_lock lock(mutex);
    auto found = loaded.find(name);
    if (found == loaded.end()) {
        auto data = load(name);
        if (!data) return std::nullopt;
        found = loaded.emplace(std::string(name), std::move(data)).first;
    }
    return Zone(found->second.get());
}

std::vector<std::string> Zone::names() {
    std::vector<std::string> names;
    std::error_code failure;
    for (const auto& entry : fs::recursive_directory_iterator(folder(), failure)) {
        const auto name = entry.path().lexically_relative(folder()).string();
        std::array<char, 4> magic{};
        if (!entry.is_regular_file() || !is_name(name)) continue;
        if (std::ifstream(entry.path(), std::ios::binary).read(magic.data(), 4);
            std::string_view(magic.data(), 4) == "TZif")
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::string Zone::suggest(std::string_view name) {
    static const auto& known = *new std::vector<std::string>(names());  // one look at the folder is enough for hints
    constexpr std::size_t kSlack = 4;                                   // names of quite another length are not meant
    std::vector<std::string_view> views;
    for (const auto& one : known)
        if (one.size() < name.size() + kSlack && name.size() < one.size() + kSlack) views.emplace_back(one);
    return suggestion(name, views.data(), views.data() + views.size());
}

std::string Zone::problem(std::string_view name) {
    return find(name) ? "" : "expected an IANA zone, got \"" + std::string(name) + '"' + suggest(name);
}

std::string_view Zone::name() const {
    return data_->name;
}

Zone::Span Zone::at(std::int64_t second) const {
    const auto i = data_->index(second);
    const auto& change = data_->changes[i];
    return {change.begin, data_->end_of(i), change.offset, change.is_dst, change.abbreviation};
}

Zone::Local Zone::local(std::int64_t wall) const {
    const auto& changes = data_->changes;
    Local found{Times::never, 0};
    std::size_t i = data_->index(wall - kFurthestOffset);
    for (; i < changes.size() && (changes[i].begin == kBeginning || changes[i].begin <= wall + kFurthestOffset); ++i) {
        const auto second = wall - changes[i].offset;
        if (second < changes[i].begin) {
            // Not yet reached when this begins: left out by a gap, unless it came before.
            if (found.times == Times::never) return {Times::never, changes[i].begin};
        } else if (second < data_->end_of(i)) {
            if (found.times == Times::once) return {Times::twice, found.first};
            found = {Times::once, second};
        }
    }
    return found;
}

std::int64_t Zone::furthest_before(std::int64_t second) const {
    const auto& changes = data_->changes;
    auto furthest = kBeginning;
    for (auto i = data_->index(second - 1) + 1; i-- > 0;) {
        const auto end = std::min(data_->end_of(i), second);
        if (end + 2 * kFurthestOffset < second) break;
        furthest = std::max(furthest, end - 1 + changes[i].offset);
    }
    return furthest;
}

std::string in_zone(Instant moment, const Zone& zone) {
    using namespace std::chrono;
    const auto second = floor<seconds>(moment).time_since_epoch().count();
    const auto span = zone.at(second);
    const sys_seconds wall{seconds(second + span.offset)};
    const auto day = floor<days>(wall);
    const year_month_day date{day};
    const hh_mm_ss clock{wall - day};
    const int minutes = std::abs(span.offset) / 60;
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u %02d:%02d:%02d %c%02d:%02d ",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                                   static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                                   span.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return std::string(buffer.data(), static_cast<std::size_t>(size)) + std::string(span.abbreviation);
}

}  // namespace nightshift::core::time
