#include "core/log/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/log/context.h"
#include "core/text/utf8.h"
#include "core/time/time.h"

namespace nightshift::core::log {
namespace {

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
constexpr std::size_t kLongestValue = 4096;

std::atomic<Level> threshold{Level::info};
std::atomic<Format> chosen{Format::automatic};
std::atomic<std::uint64_t> lost{0};
std::mutex watching;  // guards below
std::shared_ptr<const Watcher> watcher;

/// As JSON wants it, and with every control character escaped, those of terminals and of U+0080 and beyond too: no
/// value can forge a line or drive the terminal it is read on. Invalid bytes are shown as U+FFFD.
void escape(std::string& out, std::string_view text) {
    const auto whole = text::cut(text, kLongestValue);
    for (auto rest = whole; !rest.empty();) {
        const auto [code, length] = text::first(rest);
        if (code == '"' || code == '\\') {
            out += '\\';
            out += static_cast<char>(code);
        } else if (code == text::kInvalid) {
            out += "\xEF\xBF\xBD";
        } else if (text::is_deceptive(code)) {
            constexpr std::string_view kHex = "0123456789abcdef";
            out += "\\u";
            for (unsigned shift = 16; shift > 0; shift -= 4) out += kHex[(code >> (shift - 4)) & 0xFU];
        } else {
            out += rest.substr(0, length);
        }
        rest.remove_prefix(length);
    }
    if (whole.size() < text.size()) out += "\xE2\x80\xA6";  // an ellipsis: there was more
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    escape(out, text);
    return out += '"';
}

std::string escaped(std::string_view text) {
    std::string out;
    escape(out, text);
    return out;
}

bool is_plain(std::string_view text) {
    return !text.empty() && text.find_first_of(" =") == std::string_view::npos && escaped(text) == text;
}

/// The line's own fields, then those of its thread's contexts from the innermost on; each name once.
template <class Each>
void each_field(Fields fields, Each&& each) {
    std::vector<std::string> told;
    for (const auto& [key, value] : fields) each(key, value);
    for (const auto* context = present_context(); context != nullptr; context = context->outer())
        context->describe([&](std::string_view key, std::string_view value) {
            const auto is_it = [&](const auto& one) { return one == key; };
            if (std::ranges::any_of(fields, is_it, &Field::first) || std::ranges::any_of(told, is_it)) return;
            told.emplace_back(key);
            each(key, value);
        });
}

void tell_watcher(std::string_view event, Fields fields) {
    std::shared_ptr<const Watcher> listening;
    {
        const std::lock_guard lock(watching);
        listening = watcher;
    }
    if (!listening) return;
    std::vector<std::pair<std::string, std::string>> all;
    each_field(fields, [&](auto key, const auto& value) { all.emplace_back(key, value); });
    std::vector<Field> told;
    for (const auto& [key, value] : all) told.emplace_back(key, value);
    (*listening)(event, told);
}

}  // namespace

void watch_errors(Watcher given) {
    const std::lock_guard lock(watching);
    watcher = given ? std::make_shared<const Watcher>(std::move(given)) : nullptr;
}

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
        out =
            "{\"ts\":\"" + std::string(at) + "\",\"level\":\"" + std::string(name) + "\",\"event\":" + in_quotes(event);
        each_field(fields, [&](auto key, const auto& value) { out += "," + in_quotes(key) + ":" + in_quotes(value); });
        return out + "}\n";
    }
    out = std::string(at.substr(11, 12)) + " " + std::string(name) + std::string(6 - name.size(), ' ') + escaped(event);
    each_field(fields, [&](auto key, const auto& value) {
        out += " " + escaped(key) + "=" + (is_plain(value) ? std::string(value) : in_quotes(value));
    });
    return out + "\n";
}

bool enabled(Level level) {
    return level >= threshold.load();
}

void write(Level level, std::string_view event, Fields fields) {
    if (!enabled(level)) return;
    try {
        if (level == Level::error) tell_watcher(event, fields);
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
