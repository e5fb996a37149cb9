#include "daemon/commands/doctor/checks.h"
#include "domain/deliveries/settings.h"

namespace nightshift::daemon::doctor {

Findings check_mail(const Configuration& configuration) {
    auto settings = domain::deliveries::settings_from([&](std::string_view path) { return configuration.at(path); });
    if (!settings.is_on()) return {{"mail", Health::good, "not used: mail.host is not set"}};
    settings.server.timeout = std::chrono::seconds(10);
    const auto tried = core::mail::probe(settings.server);
    if (tried.outcome == core::mail::Outcome::accepted)
        return {{"mail", Health::good, settings.server.host + " takes mail from us"}};
    return {{"mail", Health::failure, tried.message + " (" + std::string(name_of(tried.stage)) + ")",
             "correct the settings of mail, or start its server; mails wait for two days meanwhile"}};
}

}  // namespace nightshift::daemon::doctor
