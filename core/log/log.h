// Structured log: one line an event, JSON for machines, text for a terminal. Never throws; a line that can't be written
// is counted.
//   log::info("run.settled", {{"run", id}, {"state", "dead"}});
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightshift::core::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { automatic, json, text };  ///< automatic: text on a terminal

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

/// At start-up, and on reload. Thread-safe.
void configure(Level level, Format format);
/// Nothing for an unknown name.
bool parse_level(std::string_view name, Level& level);

/// Whether such a line would be written: where only making its fields costs something.
bool enabled(Level level);

void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
    write(Level::warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::error, event, fields);
}

/// Hears of every line of level error, with what its contexts add, in the thread that writes it; must not log itself.
/// One at a time; an empty one hears nothing. Thread-safe.
using Watcher = std::function<void(std::string_view event, const std::vector<Field>& fields)>;
void watch_errors(Watcher watcher);

/// Lines lost because stderr could not take them.
std::uint64_t dropped();

/// The line write() would make in this thread, with what its contexts add (core/log/context.h): tests read it.
std::string line(Level level, std::string_view event, Fields fields, Format format, std::string_view at);

}  // namespace nightshift::core::log
