// Tells an error tracker what goes wrong: every error of the log, as an event in a Sentry envelope over HTTP. Sentry,
// GlitchTip and others take it. The work never waits for it: a bounded queue, one thread, and what does not fit is
// counted. The same event is sent once a minute, with how often it came.
//
//   const Tracker tracker({.dsn = *parse_dsn("https://key@errors.example.org/7"), .release = "0.1.0"});
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nightshift::core::errors {

/// Where to, as a tracker shows it: https://<key>@<host>/<path>/<project>.
struct Dsn {
    std::string key;
    std::string envelope_url;  ///< where envelopes are posted to
};
/// Nothing for what is none.
std::optional<Dsn> parse_dsn(std::string_view text);

struct TrackerSettings {
    Dsn dsn;
    std::string release, environment, server;
    std::chrono::milliseconds repeat{60000};  ///< the same event no more often than that
};

class Tracker {
public:
    /// From now on every error that is logged in this process is told. One at a time.
    explicit Tracker(TrackerSettings settings);
    /// Sends what waits, within two seconds.
    ~Tracker();
    Tracker(const Tracker&) = delete;
    Tracker& operator=(const Tracker&) = delete;

    struct Counts {
        std::uint64_t sent = 0, lost = 0;
    };
    Counts counts() const;

private:
    struct Inside;
    std::shared_ptr<Inside> inside_;
};

}  // namespace nightshift::core::errors
