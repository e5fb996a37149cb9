#include "queue/frontier.h"

#include <algorithm>

namespace nightshift::queue {
namespace {

using namespace std::chrono_literals;

// A row may be committed so long after the moment it bears; later ones wait for a whole look.
constexpr auto kLate = 2s;
constexpr double kAnyTime = 1e9;  // thirty years

}  // namespace

double Frontier::back(Pace::Steady now) {
    is_whole_ = is_whole_ || whole_.is_due(now);
    return is_whole_ ? kAnyTime : std::chrono::duration<double>(now - reached_ + kLate).count();
}

void Frontier::reached(Pace::Steady began, double age) {
    if (is_whole_) whole_.done(began);
    is_whole_ = false;
    const std::chrono::duration<double> since(age);
    reached_ = began - std::chrono::duration_cast<std::chrono::steady_clock::duration>(since);
}

}  // namespace nightshift::queue
