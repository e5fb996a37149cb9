#include "core/log/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "core/time/time.h"

namespace nightshift::core::log {
namespace {

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
constexpr std::size_t kLongestValue = 4096;

std::atomic<Level> threshold{Level::info};
std::atomic<Format> chosen{Format::automatic};
std::atomic<std::uint64_t> lost{0};

/// JSON escapes quotes and control characters, so no value can forge a line; DEL and C1 are left to it as UTF-8.
std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(text.substr(0, kLongestValue)));
}

bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text)
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
    return true;
}

}  // namespace

void configure(Level level, Format format) {
    threshold = level;
    chosen = format;
}

bool parse_level(std::string_view name, Level& level) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (kNames[i] == name) {
            level = static_cast<Level>(i);
            return true;
        }
    return false;
}

std::string line(Level level, std::string_view event, Fields fields, Format format, std::string_view at) {
    const auto name = kNames[static_cast<std::size_t>(level)];
    std::string out;
    if (format == Format::json) {
        out = "{\"ts\":\"" + std::string(at) + "\",\"level\":\"" + std::string(name) + "\",\"event\":" + quoted(event);
        for (const auto& [key, value] : fields) out += "," + quoted(key) + ":" + quoted(value);
        return out + "}\n";
    }
    out = std::string(at.substr(11, 12)) + " " + std::string(name) + std::string(6 - name.size(), ' ') +
          std::string(event);
    for (const auto& [key, value] : fields)
        out += " " + std::string(key) + "=" + (is_plain(value) ? value : quoted(value));
    return out + "\n";
}

void write(Level level, std::string_view event, Fields fields) {
    if (level < threshold.load()) return;
    try {
        auto format = chosen.load();
        if (format == Format::automatic) format = ::isatty(STDERR_FILENO) != 0 ? Format::text : Format::json;
        const auto text = line(level, event, fields, format, time::rfc3339(std::chrono::system_clock::now()));
        // One write: lines of several threads don't mix (pipes up to PIPE_BUF, files opened for append).
        if (::write(STDERR_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ++lost;
    } catch (...) {  // a log that throws would fail the work it tells about
        ++lost;
    }
}

std::uint64_t dropped() {
    return lost;
}

}  // namespace nightshift::core::log
