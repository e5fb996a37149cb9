#include "daemon/commands/console/group.h"

#include <iostream>

#include "daemon/commands/console/table.h"

namespace nightshift::daemon::console {

void add_connection(CLI::App& command, Connection& connection) {
    command.add_option("--url", connection.url, "Where the API is; else NIGHTSHIFT_URL, else the configuration.");
    command.add_option("--token", connection.token,
                       "What opens it; else NIGHTSHIFT_TOKEN, else the configuration. Others may see it in the list of "
                       "processes.");
    command.add_option("--config", connection.config, "The daemon's configuration file.");
    command.add_flag("--json", connection.as_json, "What the API says, as it says it.");
}

int answered(const std::function<int()>& body) {
    try {
        return body();
    } catch (const Refusal& refusal) {
        std::string message = refusal.what(), line;
        std::cerr << "nightshift: refused";
        for (std::size_t at = 0; at <= message.size();) {  // a line at a time: its text may come from anybody
            const auto end = std::min(message.find('\n', at), message.size());
            std::cerr << (at == 0 ? ": " : "  ") << printable(message.substr(at, end - at)) << '\n';
            at = end + 1;
        }
        return kExitRefused;
    }
}

}  // namespace nightshift::daemon::console
