// The house: a floor includes only floors below it, neighbours don't include each other, and one third party lives in
// one room.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace nightshift::tests {
namespace {

namespace fs = std::filesystem;

struct Include {
    std::string file, target;
};

std::string room_of(const std::string& path) {
    const auto first = path.find('/'), second = path.find('/', first + 1);
    return second == std::string::npos ? path.substr(0, first) : path.substr(0, second);
}

std::vector<std::string> sources(const std::set<std::string>& extensions = {".h", ".cpp"}) {
    std::vector<std::string> files;
    for (const auto* floor : {"core", "queue", "domain", "workers", "api", "daemon"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(NIGHTSHIFT_SOURCE) / floor))
            if (extensions.contains(entry.path().extension().string()))
                files.push_back(fs::relative(entry.path(), NIGHTSHIFT_SOURCE).string());
    return files;
}

std::vector<Include> includes() {
    static const std::regex kLine(R"re(^#include ["<]([^">]+)[">])re");
    std::vector<Include> found;
    for (const auto& file : sources()) {
        std::ifstream in(fs::path(NIGHTSHIFT_SOURCE) / file);
        for (std::string line; std::getline(in, line);)
            if (std::smatch match; std::regex_search(line, match, kLine)) found.push_back({file, match[1]});
    }
    return found;
}

TEST(House, includes_go_downward_only) {
    const std::map<std::string, int> floors{{"core", 0},    {"queue", 1}, {"domain", 2},
                                            {"workers", 3}, {"api", 3},   {"daemon", 4}};
    for (const auto& [file, target] : includes()) {
        const auto from = floors.find(file.substr(0, file.find('/'))),
                   to = floors.find(target.substr(0, target.find('/')));
        if (to == floors.end() || !fs::exists(fs::path(NIGHTSHIFT_SOURCE) / target)) continue;
        EXPECT_LE(to->second, from->second) << file << " includes " << target;
        if (from->first != to->first) {
            EXPECT_NE(to->second, from->second) << file << " includes its neighbour " << target;
        }
    }
}

TEST(House, two_resources_or_two_families_never_meet) {
    for (const auto& [file, target] : includes()) {
        if (!target.starts_with("api/") && !target.starts_with("workers/")) continue;
        if (file.starts_with("daemon/") || target.starts_with("api/kit/")) continue;
        EXPECT_EQ(room_of(file), room_of(target)) << file << " includes " << target;
    }
}

TEST(House, one_third_party_one_room) {
    const std::vector<std::pair<std::string, std::string>> rooms{
        {"pqxx/", "core/pg/"},        {"amqp", "core/amqp/"},          {"boost/beast", "core/http/"},
        {"boost/asio", "core/http/"}, {"yaml-cpp/", "core/config/"},   {"cairo", "core/files/"},
        {"pango", "core/files/"},     {"xlsxwriter", "core/files/"},   {"date/", "core/time/"},
        {"curl/", "core/http/"},      {"prometheus/", "core/metrics/"}};
    const auto is_mail_over_curl = [](const auto& file, const auto& party) {  // it speaks SMTP as it speaks HTTP
        return party == "curl/" && file.starts_with("core/mail/");
    };
    for (const auto& [file, target] : includes())
        for (const auto& [party, room] : rooms)
            EXPECT_TRUE(!target.starts_with(party) || file.starts_with(room) || is_mail_over_curl(file, party))
                << file << " includes " << target << ", which lives in " << room;
}

TEST(House, no_file_is_longer_than_400_lines) {
    for (const auto& file : sources()) {
        std::ifstream in(fs::path(NIGHTSHIFT_SOURCE) / file);
        const auto lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
        EXPECT_LE(lines, 400) << file;
    }
}

/// PostgreSQL reads an index to its end when rows are compared with a clock that moves while it reads.
TEST(House, no_statement_compares_rows_with_a_moving_clock) {
    static const std::regex kCompared(R"([<>]=?\s*clock_timestamp\(\))");
    for (const auto& file : sources({".sql"})) {
        if (file.find("/migrations/") != std::string::npos) continue;  // what they did is done
        std::ifstream in(fs::path(NIGHTSHIFT_SOURCE) / file);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        EXPECT_FALSE(std::regex_search(text, kCompared)) << file << ": compare with statement_timestamp()";
    }
}

}  // namespace
}  // namespace nightshift::tests
