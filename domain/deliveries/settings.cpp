#include "domain/deliveries/settings.h"

#include <algorithm>

namespace nightshift::domain::deliveries {
namespace {

namespace json = core::json;

/// What has no default may be missing.
std::string text_or_nothing(const json::value& given) {
    return given.is_string() ? std::string(given.as_string()) : std::string{};
}

std::chrono::milliseconds length_of(const json::value& given) {
    const double seconds = given.is_string() ? core::schema::duration_seconds(std::string_view(given.as_string()))
                                             : given.to_number<double>();
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

core::mail::Tls tls_of(const std::string& name) {
    return name == "implicit" ? core::mail::Tls::implicit
           : name == "none"   ? core::mail::Tls::none
                              : core::mail::Tls::starttls;
}

}  // namespace

std::string check_address(const json::value& text) {
    return core::mail::address_problem(std::string_view(text.as_string()));
}

std::string check_site(const json::value& given) {
    const std::string_view text = given.as_string();
    const bool fits = (text.starts_with("https://") || text.starts_with("http://")) && !text.ends_with("//") &&
                      std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }) &&
                      text.find_first_of("<>\"?#") == std::string_view::npos;
    return fits ? "" : "expected an address like https://nightshift.example.org, got " + json::text(given);
}

MailSettings settings_from(const std::function<json::value(std::string_view)>& setting) {
    const auto text = [&](const std::string& name) { return text_or_nothing(setting("mail." + name)); };
    MailSettings settings;
    settings.server.host = text("host");
    if (!settings.is_on()) return settings;
    settings.server.port = setting("mail.port").to_number<int>();
    settings.server.tls = tls_of(text("tls"));
    settings.server.user = text("user");
    settings.server.password = text("password");
    settings.server.ca_file = text("ca_file");
    settings.server.timeout = length_of(setting("mail.timeout"));
    settings.from = {text("from"), text("from_name")};
    settings.server.name = settings.from.address.substr(settings.from.address.find('@') + 1);
    settings.site = text("site");
    while (settings.site.ends_with('/')) settings.site.pop_back();
    settings.digest_at = text("digest_at");
    settings.collect = length_of(setting("mail.collect"));
    settings.domain_per_minute = setting("mail.domain_per_minute").to_number<int>();
    settings.server_per_minute = setting("mail.server_per_minute").to_number<int>();
    settings.resends_unknown = text("unknown") == "resend";
    return settings;
}

core::schema::Problems mail_problems(const MailSettings& settings) {
    core::schema::Problems problems;
    const auto& server = settings.server;
    const bool is_here = server.host == "localhost" || server.host == "127.0.0.1" || server.host == "::1";
    if (!server.user.empty() && server.tls == core::mail::Tls::none && !is_here)
        problems.push_back({"mail.tls", "expected starttls or implicit: a password does not travel in the open"});
    if (server.user.empty() != server.password.empty())
        problems.push_back({server.user.empty() ? "mail.user" : "mail.password",
                            "expected it, or neither mail.user nor mail.password"});
    return problems;
}

}  // namespace nightshift::domain::deliveries
