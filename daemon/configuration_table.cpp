// Every setting there is: name, type, sentence, limits and default. config/nightshift.yaml and
// docs/reference/configuration.md say the same; tests hold them together.
#include <algorithm>
#include <set>

#include "core/errors/tracker.h"
#include "daemon/configuration.h"
#include "domain/deliveries/settings.h"
#include "workers/integrations/settings.h"

namespace nightshift::daemon {
namespace {

using core::schema::Field;
using core::schema::Type;

/// An origin as browsers send it: nothing that would have to be interpreted.
std::string check_origins(const core::json::value& given) {
    for (const auto& one : given.as_array()) {
        const std::string_view text = one.as_string();
        const auto scheme = text.find("://");
        const auto host = scheme == std::string_view::npos ? std::string_view{} : text.substr(scheme + 3);
        const bool fits = (text.starts_with("https://") || text.starts_with("http://")) && !host.empty() &&
                          host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == std::string_view::npos;
        if (!fits)
            return "expected origins like https://app.example.org, in lower case, without a path or *, got " +
                   core::json::text(one);
    }
    return {};
}

std::string check_queues(const core::json::value& given) {
    std::set<std::string> seen;
    for (const auto& one : given.as_array()) {
        const std::string name(one.as_string());
        const bool plain = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) > ' '; });
        if (name.empty() || name.size() > 60 || !plain)
            return "expected names of 1 to 60 characters without spaces, got " + core::json::text(one);
        if (!seen.insert(name).second) return "expected each queue once, got " + core::json::text(one) + " twice";
    }
    return {};
}

constexpr Field kDatabase[] = {
    {"url",
     Type::text,
     "Where PostgreSQL is.",
     {.max = 2000, .fallback = R"("postgresql://nightshift@127.0.0.1:5432/nightshift")"}},
    {"url_file", Type::text, "A file that holds the url instead.", {.max = 4096}},
    {"pool",
     Type::integer,
     "How many connections the API keeps; 0 takes as many as api.threads.",
     {.min = 0, .max = 500, .fallback = "0"}},
    {"statement_timeout",
     Type::duration,
     "How long a statement of the API may take.",
     {.min = 0.1, .max = 3600, .fallback = R"("30s")"}},
    {"migrate_on_start", Type::boolean, "Bring the schema up to date when serving starts.", {.fallback = "true"}},
};
constexpr Field kBroker[] = {
    {"transport",
     Type::choice,
     "rabbitmq, or postgres for a single machine without a broker.",
     {.fallback = R"("rabbitmq")", .choices = "rabbitmq|postgres"}},
    {"url", Type::text, "Where RabbitMQ is.", {.max = 2000, .fallback = R"("amqp://guest:guest@127.0.0.1:5672/%2f")"}},
    {"url_file", Type::text, "A file that holds the url instead.", {.max = 4096}},
};
constexpr Field kApi[] = {
    {"host", Type::text, "The address to listen on.", {.max = 200, .fallback = R"("127.0.0.1")"}},
    {"port", Type::integer, "The port; 0 takes a free one.", {.min = 0, .max = 65535, .fallback = "8000"}},
    {"threads", Type::integer, "How many requests are worked on at once.", {.min = 1, .max = 256, .fallback = "8"}},
    {"connections",
     Type::integer,
     "How many connections may be open, those who listen for events too; 503 beyond. The process raises its limit of "
     "files "
     "as far as it may.",
     {.min = 16, .max = 1000000, .fallback = "10000"}},
    {"max_body", Type::size, "The longest body taken.", {.min = 1024, .max = 1073741824, .fallback = R"("11MiB")"}},
    {"behind_tls",
     Type::boolean,
     "A proxy in front speaks TLS: cookies are for it only, and browsers are told to insist on it.",
     {.fallback = "false"}},
    {"trusted_proxies",
     Type::texts,
     "Addresses of proxies whose X-Forwarded-For says who really asks.",
     {.max = 100, .fallback = "[]"}},
    {"pages",
     Type::text,
     "Where the programs of the pages /docs and /redoc are.",
     {.max = 4096, .fallback = R"("/usr/share/nightshift/pages")"}},
};
constexpr Field kRuns[] = {
    {"open_kinds",
     Type::texts,
     "Kinds that everybody may submit who may submit runs; all others are for who may submit them for all: "
     "administrators.",
     {.max = 100, .fallback = R"(["diagnostic.echo"])"}},
};
/// A text that parses as one, or nothing.
std::string check_dsn(const core::json::value& given) {
    if (given.is_null() || core::errors::parse_dsn(given.as_string())) return {};
    return "expected a DSN as the tracker shows it: https://<key>@<host>/<project>";
}
constexpr Field kErrors[] = {
    {"sentry_dsn",
     Type::text,
     "The DSN of an error tracker that takes Sentry's envelopes; every error of the log is told there. Without one, "
     "none.",
     {.max = 2000, .nullable = true, .check = check_dsn}},
    {"sentry_dsn_file", Type::text, "A file that holds the DSN instead.", {.max = 4096}},
};
constexpr Field kConsole[] = {
    {"key_file",
     Type::text,
     "A file with the API key of the operator's commands, who alone read it; --token and NIGHTSHIFT_TOKEN come first.",
     {.max = 4096}},
};
constexpr Field kAuth[] = {
    {"register",
     Type::choice,
     "Who may make an account: everybody, who is invited, or nobody. The first of an empty system always may.",
     {.fallback = R"("open")", .choices = "open|invite|closed"}},
    {"access_token",
     Type::duration,
     "How long an access token is good.",
     {.min = 10, .max = 86400, .fallback = R"("15m")"}},
    {"refresh_token",
     Type::duration,
     "How long a refresh token is good.",
     {.min = 10, .max = 31536000, .fallback = R"("720h")"}},
    {"failures_to_lock",
     Type::integer,
     "After so many wrong passwords in 15 minutes an address is locked for 15 minutes.",
     {.min = 3, .max = 1000, .fallback = "10"}},
    {"rotate_keys",
     Type::duration,
     "How old the key that signs access tokens may become; then a new one signs. 0: only `nightshift signing-keys "
     "rotate`.",
     {.min = 0, .max = 315360000, .fallback = R"("2160h")"}},
    {"password_cost",
     Type::integer,
     "The cost of bcrypt: one more doubles the time.",
     {.min = 4, .max = 16, .fallback = "11"}},
};
constexpr Field kLimits[] = {
    {"user",
     Type::integer,
     "Requests a minute of a person; 0: no limit.",
     {.min = 0, .max = 10000000, .fallback = "1200"}},
    {"key",
     Type::integer,
     "Requests a minute of an API key; 0: no limit.",
     {.min = 0, .max = 10000000, .fallback = "6000"}},
    {"address",
     Type::integer,
     "Requests a minute from an address that is not this machine's; 0: no limit.",
     {.min = 0, .max = 10000000, .fallback = "3000"}},
    {"sign_in",
     Type::integer,
     "Tries to sign in, register, refresh or change a password a minute from an address; 0: no limit.",
     {.min = 0, .max = 10000000, .fallback = "60"}},
    {"remembered",
     Type::integer,
     "How many callers each limit remembers; beyond, who asked longest ago starts anew.",
     {.min = 100, .max = 10000000, .fallback = "50000"}},
};
constexpr Field kCors[] = {
    {"origins",
     Type::texts,
     "Other sites whose pages may ask in a signed-in person's name, exactly as browsers name them.",
     {.max = 100, .fallback = "[]", .check = check_origins}},
    {"max_age",
     Type::duration,
     "How long a browser may remember that it may ask.",
     {.min = 0, .max = 86400, .fallback = R"("10m")"}},
};
constexpr Field kWorkers[] = {
    {"name", Type::text, "How this process is called in lists.", {.max = 100, .fallback = R"("nightshift")"}},
    {"slots", Type::integer, "How many runs it works on at once.", {.min = 1, .max = 512, .fallback = "8"}},
    {"queues",
     Type::texts,
     "Which queues it serves.",
     {.min = 1,
      .max = 100,
      .fallback = R"(["default","reports","sweeps","reminders","notifications","integrations"])",
      .check = check_queues}},
    {"beat", Type::duration, "How often it renews its lease.", {.min = 0.05, .max = 60, .fallback = R"("10s")"}},
    {"lease",
     Type::duration,
     "After how long without a beat its runs go to others.",
     {.min = 0.5, .max = 600, .fallback = R"("30s")"}},
    {"rescue_every",
     Type::duration,
     "How often lost processes are looked for.",
     {.min = 0.05, .max = 60, .fallback = R"("5s")"}},
    {"rehint",
     Type::duration,
     "After how long an unclaimed run is hinted again.",
     {.min = 0.5, .max = 600, .fallback = R"("10s")"}},
    {"drain_timeout",
     Type::duration,
     "How long runs may take to end when the daemon stops.",
     {.min = 0, .max = 3600, .fallback = R"("30s")"}},
};
constexpr Field kRetention[] = {
    {"runs_days", Type::integer, "How long ended runs are kept.", {.min = 1, .max = 3650, .fallback = "7"}},
    {"dead_days", Type::integer, "How long dead runs and events are kept.", {.min = 1, .max = 3650, .fallback = "90"}},
    {"reports_days",
     Type::integer,
     "How long the files of reports are kept.",
     {.min = 1, .max = 3650, .fallback = "30"}},
    {"jobs_days",
     Type::integer,
     "How long jobs are listed after they were done or cancelled; then they are archived.",
     {.min = 1, .max = 36500, .fallback = "180"}},
    {"sessions_days",
     Type::integer,
     "How long sessions are kept after they ended.",
     {.min = 1, .max = 3650, .fallback = "30"}},
    {"deliveries_days",
     Type::integer,
     "How long mails that ended are kept, with what was said at each try; 0 keeps them.",
     {.min = 0, .max = 36500, .fallback = "90"}},
    {"webhooks_days",
     Type::integer,
     "How long webhook deliveries that ended are kept, with their tries; 0 keeps them.",
     {.min = 0, .max = 36500, .fallback = "30"}},
    {"notifications_days",
     Type::integer,
     "How long notifications are kept; 0 keeps them. One that was mailed stays as long as its mail.",
     {.min = 0, .max = 36500, .fallback = "180"}},
};
constexpr Field kTimers[] = {
    {"stop_after_hours",
     Type::integer,
     "How long a timer runs before it counts as forgotten and is stopped.",
     {.min = 1, .max = 8760, .fallback = "16"}},
};
constexpr Field kReports[] = {{"folder",
                               Type::text,
                               "Where report files are kept.",
                               {.max = 4096, .fallback = R"("/var/lib/nightshift/reports")"}}};
constexpr Field kAttachments[] = {
    {"folder",
     Type::text,
     "Where files of jobs are kept.",
     {.max = 4096, .fallback = R"("/var/lib/nightshift/attachments")"}},
    {"bucket",
     Type::text,
     "A bucket that speaks S3 to keep them in instead; the folder then holds what was read lately.",
     {.max = 63, .nullable = true}},
    {"bucket_url", Type::text, "Where it is.", {.max = 2000, .fallback = R"("https://s3.us-east-1.amazonaws.com")"}},
    {"bucket_region", Type::text, "Its region.", {.min = 1, .max = 60, .fallback = R"("us-east-1")"}},
    {"bucket_key", Type::text, "The access key's id.", {.max = 200, .nullable = true}},
    {"bucket_secret", Type::text, "The access key's secret.", {.max = 500, .nullable = true}},
    {"bucket_secret_file", Type::text, "A file that holds the secret instead.", {.max = 4096}},
    {"max_file",
     Type::size,
     "How large a file may be; api.max_body must leave room for it and its form.",
     {.min = 1, .max = 1073741824, .fallback = R"("10MiB")"}},
    {"max_job",
     Type::size,
     "How large all files of a job together may be.",
     {.min = 1, .max = 1099511627776, .fallback = R"("50MiB")"}},
    {"types",
     Type::texts,
     "The types that are taken, by content, whatever a file is called: image/png, or image/* for all of a family.",
     {.max = 200,
      .fallback =
          R"(["text/*","image/*","audio/*","video/*","application/pdf","application/json","application/xml","application/rtf","application/zip","application/gzip","application/x-tar","application/x-7z-compressed","application/msword","application/vnd.*"])"}},
    {"scanner",
     Type::text,
     "Where clamd listens, which then looks at every file: /run/clamav/clamd.ctl, or host:port.",
     {.max = 300}},
    {"scan_timeout", Type::duration, "How long it may take.", {.min = 0.1, .max = 600, .fallback = R"("30s")"}},
    {"unscanned",
     Type::choice,
     "What becomes of files while the scanner can't be asked.",
     {.fallback = R"("refuse")", .choices = "refuse|accept"}},
    {"url_lifetime",
     Type::duration,
     "How long a signed address is good.",
     {.min = 1, .max = 604800, .fallback = R"("5m")"}},
    {"url_key",
     Type::text,
     "What signs addresses; without one Nightshift makes its own and keeps it.",
     {.min = 16, .max = 500}},
    {"url_key_file", Type::text, "A file that holds the key instead.", {.max = 4096}},
};
constexpr Field kDiagnostics[] = {
    {"enabled", Type::boolean, "Offer the diagnostic kinds, for trying things out.", {.fallback = "false"}}};
constexpr Field kLog[] = {
    {"level",
     Type::choice,
     "The least that is written.",
     {.fallback = R"("info")", .choices = "debug|info|warn|error"}},
    {"format",
     Type::choice,
     "automatic: text on a terminal, JSON elsewhere.",
     {.fallback = R"("automatic")", .choices = "automatic|json|text"}},
};
constexpr Field kMetrics[] = {
    {"host",
     Type::text,
     "The address of the port for those who watch this process, who need no token there.",
     {.min = 1, .max = 255, .fallback = R"("127.0.0.1")"}},
    {"port",
     Type::integer,
     "Its port, with /health, /ready and /metrics, also of a worker alone; 0 opens none.",
     {.min = 0, .max = 65535, .fallback = "0"}},
};
constexpr Field kSections[] = {
    {"environment",
     Type::choice,
     "What this is: production refuses what only a trial may do.",
     {.fallback = R"("development")", .choices = "development|production"}},
    {"database", Type::object, "PostgreSQL, where everything is kept.", {.fallback = "{}", .fields = kDatabase}},
    {"broker", Type::object, "RabbitMQ, which carries hints.", {.fallback = "{}", .fields = kBroker}},
    {"api", Type::object, "The REST API.", {.fallback = "{}", .fields = kApi}},
    {"errors", Type::object, "Error tracking.", {.fallback = "{}", .fields = kErrors}},
    {"runs", Type::object, "Runs that people submit.", {.fallback = "{}", .fields = kRuns}},
    {"console", Type::object, "The operator's commands.", {.fallback = "{}", .fields = kConsole}},
    {"auth", Type::object, "Signing in.", {.fallback = "{}", .fields = kAuth}},
    {"limits", Type::object, "How often the API may be asked.", {.fallback = "{}", .fields = kLimits}},
    {"cors", Type::object, "Pages of other sites.", {.fallback = "{}", .fields = kCors}},
    {"workers", Type::object, "Working on runs.", {.fallback = "{}", .fields = kWorkers}},
    {"retention", Type::object, "How long history is kept.", {.fallback = "{}", .fields = kRetention}},
    {"timers", Type::object, "Timers that people start on jobs.", {.fallback = "{}", .fields = kTimers}},
    {"reports", Type::object, "Reports.", {.fallback = "{}", .fields = kReports}},
    {"attachments", Type::object, "Files of jobs.", {.fallback = "{}", .fields = kAttachments}},
    {"mail",
     Type::object,
     "Mail to people.",
     {.fallback = "{}", .fields = nightshift::domain::deliveries::mail_fields}},
    {"http",
     Type::object,
     "Calls to other systems (http.request).",
     {.fallback = "{}", .fields = nightshift::workers::integrations::http_fields}},
    {"commands",
     Type::array,
     "The programs that command.run may start, and no others.",
     {.max = 1000,
      .fallback = "[]",
      .fields = nightshift::workers::integrations::command_fields,
      .check = nightshift::workers::integrations::check_commands}},
    {"diagnostics", Type::object, "Kinds for trying things out.", {.fallback = "{}", .fields = kDiagnostics}},
    {"metrics", Type::object, "Watching a process.", {.fallback = "{}", .fields = kMetrics}},
    {"log", Type::object, "The log.", {.fallback = "{}", .fields = kLog}},
};

}  // namespace

std::span<const Field> setting_fields() {
    return kSections;
}

}  // namespace nightshift::daemon
