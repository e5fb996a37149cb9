#include "core/error/error.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace nightshift::core {
namespace {

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const auto above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (left[i] == right[j] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

std::string suggestion(std::string_view given, const std::string_view* first, const std::string_view* last) {
    const auto* best = last;
    auto best_distance = std::max<std::size_t>(given.size() / 3, given.size() > 2 ? 2 : 1) + 1;  // two: swapped letters
    for (const auto* known = first; known != last; ++known) {
        const auto distance = edit_distance(given, *known);
        if (distance < best_distance) {
            best = known;
            best_distance = distance;
        }
    }
    return best == last ? std::string{} : "; did you mean \"" + std::string(*best) + "\"?";
}

}  // namespace nightshift::core
