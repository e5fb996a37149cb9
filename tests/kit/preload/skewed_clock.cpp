// Preloaded into a program under test: its wall clock is SKEWED_CLOCK seconds off; the monotonic one is left alone.
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include <ctime>

#include <cstdlib>

namespace {
long skew() {
    static const char* text = std::getenv("SKEWED_CLOCK");
    return text == nullptr ? 0 : std::atol(text);
}
}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const long failed = ::syscall(SYS_clock_gettime, clock, now);
    if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += skew();
    return static_cast<int>(failed);
}

extern "C" int gettimeofday(timeval* now, void*) noexcept {
    timespec precise{};
    clock_gettime(CLOCK_REALTIME, &precise);
    *now = {precise.tv_sec, precise.tv_nsec / 1000};
    return 0;
}

extern "C" time_t time(time_t* into) noexcept {
    timespec precise{};
    clock_gettime(CLOCK_REALTIME, &precise);
    if (into != nullptr) *into = precise.tv_sec;
    return precise.tv_sec;
}
