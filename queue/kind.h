// Kinds: what a run is. A kind is a constexpr value; its handler is a function from arguments and Run to Outcome.
// A folder below workers/ with a header that says `inline constexpr queue::Kind kind{...}` is all it takes to add one.
#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "core/schema/field.h"

namespace nightshift::queue {

using namespace std::chrono_literals;
namespace json = core::json;

// How a handler ends. A closed set: nothing to forget to override.
struct Done {
    json::value result = nullptr;
};  ///< succeeded
struct Retry {
    std::string error_class;
    std::string message;
};  ///< transient: counts, backs off
struct Throttled {
    std::chrono::milliseconds after;
    std::string message;
};  ///< the other side asked for time: free
struct Permanent {
    std::string error_class;
    std::string message;
};  ///< no retry will help: dead at once
struct Snooze {
    std::chrono::milliseconds after;
};                    ///< not yet: free
struct Again {};      ///< more of the same work waits: a new turn, free
struct Cancelled {};  ///< the handler saw the token and stopped
using Outcome = std::variant<Done, Retry, Throttled, Permanent, Snooze, Again, Cancelled>;

/// What a handler may use while it works. Belongs to the thread of the handler.
class Run {
public:
    virtual ~Run() = default;
    virtual const std::string& id() const = 0;
    virtual const std::string& organization() const = 0;
    virtual int epoch() const = 0;
    virtual int attempt() const = 0;
    /// The database's clock at the claim: what the work should call "now".
    virtual std::chrono::system_clock::time_point now() const = 0;
    /// Asked to stop: cancelled, out of time, or the daemon drains.
    virtual std::stop_token stop() const = 0;
    /// A connection for reading while the work goes on.
    virtual core::pg::Pool& pool() = 0;
    /// The transaction in which the run will be finished: what is written here happens exactly once. Opened on first
    /// use.
    virtual core::pg::Transaction& transaction() = 0;
    /// 0..1 and a short text; written at most twice a second.
    virtual void progress(double share, std::string_view note) = 0;
    /// A setting of the daemon's configuration by its dotted path ("reports.folder"), as JSON; null when there is none.
    /// An isolated process throws for what its kind does not list in `settings`.
    virtual json::value setting(std::string_view path) const = 0;
    /// What the composer gave to kinds that stand on floors above theirs (EngineSettings.above); null when it gave no
    /// T.
    template <class T>
    const T* above() const {
        return std::any_cast<T>(given());
    }

private:
    virtual const std::any* given() const { return nullptr; }
};

using Handler = Outcome (*)(const json::object& args, Run& run);

enum class Isolation : std::uint8_t { thread, process };

struct Kind {
    std::string_view name;  ///< "report.generate"
    std::string_view doc;   ///< one sentence
    std::string_view queue = "default";
    std::chrono::milliseconds timeout = 5min;
    int max_attempts = 8;
    int priority = 2;  ///< band 0 (first) .. 4 (last)
    std::chrono::milliseconds backoff_first = 5s;
    std::chrono::milliseconds backoff_limit = 1h;
    Isolation isolation =
        Isolation::thread;  ///< process: a crash, a memory cap or a hang costs one attempt, never the daemon
    std::size_t memory_limit = 512UL << 20U;  ///< of the isolated process, bytes
    std::span<const std::string_view> settings =
        {};                   ///< dotted paths: all of the configuration that an isolated process is given
    bool diagnostic = false;  ///< only where `diagnostics.enabled`
    std::span<const core::schema::Field> args = {};
    Handler body = nullptr;
};

}  // namespace nightshift::queue
