#include "domain/jobs/category.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace nightshift::domain::jobs {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kWords{{
    {"cancel", "cancelled"},    {"reject", "cancelled"},    {"abandon", "cancelled"},
    {"duplicate", "cancelled"}, {"won_t", "cancelled"},     {"review", "review"},
    {"approv", "review"},       {"verif", "review"},        {"test", "review"},
    {"qa", "review"},           {"block", "blocked"},       {"hold", "blocked"},
    {"waiting", "blocked"},     {"paused", "blocked"},      {"progress", "in_progress"},
    {"doing", "in_progress"},   {"started", "in_progress"}, {"done", "done"},
    {"clos", "done"},           {"complet", "done"},
}};

constexpr std::array<std::string_view, 6> kCategories{"open", "in_progress", "blocked", "review", "done", "cancelled"};
// Rows: from; columns: to; in the order above.
constexpr bool kMoves[6][6] = {{false, true, false, false, true, true},  {true, true, true, true, true, true},
                               {true, true, false, false, false, true},  {false, true, false, false, true, true},
                               {true, true, false, false, false, false}, {true, false, false, false, false, false}};

}  // namespace

std::string slug_of(std::string_view name) {
    std::string slug;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool keep = byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
        if (byte >= 'A' && byte <= 'Z')
            slug += static_cast<char>(byte + 32);
        else if (keep)
            slug += c;
        else if (!slug.empty() && slug.back() != '_')
            slug += '_';
    }
    if (slug.ends_with('_')) slug.pop_back();
    return slug.empty() ? "status" : slug;
}

std::string category_of(std::string_view status_name) {
    const auto slug = slug_of(status_name);
    for (const auto& [word, category] : kWords)
        if (slug.find(word) != std::string::npos) return std::string(category);
    return slug == "resolved" || slug == "finished" ? "done" : "open";
}

bool may_move(std::string_view from_category, std::string_view to_category) {
    const auto place = [](std::string_view category) {
        return static_cast<std::size_t>(std::ranges::find(kCategories, category) - kCategories.begin());
    };
    const auto from = place(from_category), to = place(to_category);
    return from < kCategories.size() && to < kCategories.size() && kMoves[from][to];
}

std::string check_color(const core::json::value& value) {
    if (value.is_null()) return {};
    const std::string_view color = value.as_string();
    const bool fits = color.size() == 7 && color.front() == '#' &&
                      std::ranges::all_of(color.substr(1), [](unsigned char c) { return std::isxdigit(c) != 0; });
    return fits ? "" : "expected a color like #FF5733";
}

}  // namespace nightshift::domain::jobs
