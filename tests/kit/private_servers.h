// A PostgreSQL or RabbitMQ of a test's own, to be stopped, killed and started again while the shared ones stay up.
// tests/kit/servers.sh does the work; a function is called by its name.
//
//   PrivateServers servers;   servers.run("postgres_start");   servers.run("postgres_stop", "immediate");
#pragma once

#include <filesystem>
#include <string>

namespace nightshift::tests {

class PrivateServers {
public:
    PrivateServers();
    ~PrivateServers();
    /// Throws when the function fails.
    void run(const std::string& function, const std::string& argument = {}) const;
    /// What the function prints.
    std::string ask(const std::string& function) const;
    /// A command of the broker's own administration.
    void rabbitmqctl(const std::string& command) const;
    void kill_rabbitmq() const;

private:
    std::string shell(const std::string& script) const;
    std::filesystem::path folder_;
};

}  // namespace nightshift::tests
