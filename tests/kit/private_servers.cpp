#include "tests/kit/private_servers.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "core/time/time.h"

namespace nightshift::tests {

namespace fs = std::filesystem;

PrivateServers::PrivateServers() {
    folder_ = fs::temp_directory_path() / ("nightshift-" + core::time::uuid7());
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms{0755});
}

PrivateServers::~PrivateServers() {
    try {
        if (fs::exists(folder_ / "rabbitmq.pid")) kill_rabbitmq();  // an orderly stop takes seconds
        shell("postgres_stop $FOLDER immediate; rabbitmq_stop $FOLDER");
    } catch (const std::exception&) {  // it may be down on purpose
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void PrivateServers::run(const std::string& function, const std::string& argument) const {
    shell(function + " $FOLDER " + argument);
}

std::string PrivateServers::ask(const std::string& function) const {
    auto text = shell(function + " $FOLDER");
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

void PrivateServers::rabbitmqctl(const std::string& command) const {
    shell("rabbitmq_environment $FOLDER; /usr/lib/rabbitmq/bin/rabbitmqctl -q " + command);
}

void PrivateServers::kill_rabbitmq() const {
    shell(
        "kill -9 -- -$(cat $FOLDER/rabbitmq.pid) || true; "
        "while (exec 3<> /dev/tcp/127.0.0.1/$(cat $FOLDER/rabbitmq.port)) 2> /dev/null; do sleep 0.05; done");
}

std::string PrivateServers::shell(const std::string& script) const {
    const auto command = "FOLDER='" + folder_.string() + "' bash -c 'set -e; cd / && source " +
                         std::string(NIGHTSHIFT_SOURCE) + "/tests/kit/servers.sh; " + script + "' 2>> '" +
                         (folder_ / "shell.log").string() + "'";
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) throw std::runtime_error("no shell");
    std::string said;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe)) said.append(buffer.data(), count);
    if (::pclose(pipe) != 0) throw std::runtime_error(script + " failed");
    return said;
}

}  // namespace nightshift::tests
