// Reads Prometheus' text format 0.0.4 strictly, and says what a scraper or promtool would object to.
#pragma once

#include <charconv>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace nightshift::tests {

/// "name{labels}" -> value, of every line that is a sample.
inline std::map<std::string, double> samples_of(const std::string& text) {
    std::map<std::string, double> samples;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.rfind(' ');
        if (line.empty() || line.front() == '#' || space == std::string::npos) continue;
        samples[line.substr(0, space)] = std::strtod(line.c_str() + space + 1, nullptr);
    }
    return samples;
}

class ExpositionCheck {
public:
    explicit ExpositionCheck(const std::string& text) {
        if (!text.empty() && text.back() != '\n') say("the last line does not end");
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            line_ = line;
            line.starts_with("# ") ? comment(line) : sample(line);
        }
    }
    const std::vector<std::string>& problems() const { return problems_; }

private:
    void say(const std::string& problem) { problems_.push_back(line_ + ": " + problem); }

    void comment(const std::string& line) {
        static const std::regex kLine(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
        std::smatch match;
        if (!std::regex_match(line, match, kLine)) return say("neither HELP nor TYPE, or without text");
        const std::string name = match[2];
        if (match[1] == "HELP") {
            if (!helped_.insert(name).second) say("a second HELP");
            return;
        }
        if (!types_.emplace(name, match[3]).second) say("a second TYPE");
        if (!helped_.contains(name)) say("a TYPE without HELP");
        if ((match[3] == "counter") != name.ends_with("_total")) say("counters, and only they, end in _total");
        for (const auto* ending : {"_count", "_sum", "_bucket"})
            if (name.ends_with(ending)) say("an ending that belongs to histograms");
        static const std::regex kUnit(R"(_(ms|us|millis|milliseconds|minutes|hours|days|kb|mb|percent)(_|$))");
        if (std::regex_search(name, kUnit)) say("not a base unit");
    }

    void sample(const std::string& line) {
        static const std::regex kLine(
            R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(([a-zA-Z_][a-zA-Z0-9_]*="(\\\\|\\"|\\n|[^"\\])*",?)*)\})? ([^ ]+))re");
        std::smatch match;
        if (!std::regex_match(line, match, kLine)) return say("not a sample");
        const std::string name = match[1], value = match[6];
        double number = 0;
        const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
        const bool is_number = failure == std::errc{} && end == value.data() + value.size();
        if (!is_number && value != "+Inf" && value != "-Inf" && value != "Nan") say("not a number");
        if (!seen_.insert(line.substr(0, line.rfind(' '))).second) say("a series twice");
        const auto family = family_of(name);
        if (family.empty()) return say("a sample without a TYPE");
        if (family != last_ && !closed_.insert(family).second) say("its family's lines are not together");
        last_ = family;
    }

    /// The family a sample belongs to: its own name, or a histogram's without the ending.
    std::string family_of(const std::string& name) const {
        if (types_.contains(name)) return name;
        for (const std::string ending : {"_bucket", "_sum", "_count"}) {
            if (!name.ends_with(ending)) continue;
            const auto stem = name.substr(0, name.size() - ending.size());
            if (const auto found = types_.find(stem); found != types_.end() && found->second == "histogram")
                return stem;
        }
        return {};
    }

    std::string line_, last_;
    std::set<std::string> helped_, seen_, closed_;
    std::map<std::string, std::string> types_;
    std::vector<std::string> problems_;
};

inline std::vector<std::string> problems_of(const std::string& text) {
    return ExpositionCheck(text).problems();
}

}  // namespace nightshift::tests
