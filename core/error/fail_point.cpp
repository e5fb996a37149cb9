#include "core/error/fail_point.h"

#ifdef NIGHTSHIFT_FAIL_POINTS
#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include <atomic>
#include <chrono>
#include <deque>
#include <string>
#include <thread>

#include "core/error/error.h"

namespace nightshift::core {
namespace {

struct Point {
    std::string name, action;
    int at;
    std::atomic<int> passed{0};
    Point(std::string n, std::string a, int t) : name(std::move(n)), action(std::move(a)), at(t) {}
};

std::deque<Point> read_points() {
    std::deque<Point> points;
    const char* text = std::getenv("NIGHTSHIFT_FAIL_POINT");
    std::string_view rest = text == nullptr ? "" : text;
    while (!rest.empty()) {
        const auto end = rest.find(';');
        const auto one = rest.substr(0, end);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
        const auto equals = one.find('=');
        if (equals == std::string_view::npos) continue;
        const auto at = one.find('@');
        const auto action = one.substr(equals + 1, at == std::string_view::npos ? at : at - equals - 1);
        const int nth = at == std::string_view::npos ? 0 : std::atoi(std::string(one.substr(at + 1)).c_str());
        points.emplace_back(std::string(one.substr(0, equals)), std::string(action), nth);
    }
    return points;
}

}  // namespace

void fail_point(std::string_view name) {
    static std::deque<Point> points = read_points();
    for (auto& point : points) {
        if (point.name != name) continue;
        const int passage = ++point.passed;
        if (point.at != 0 && passage != point.at) continue;
        if (point.action == "kill") ::kill(::getpid(), SIGKILL);
        if (point.action.starts_with("sleep:"))
            std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(point.action.c_str() + 6)));
        if (point.action == "throw") throw Error(Code::internal, "fail point " + point.name);
    }
}

}  // namespace nightshift::core
#endif
