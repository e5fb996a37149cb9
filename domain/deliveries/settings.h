// What the configuration says about mail: section `mail`. SPEC 5, Notifications.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/mail/message.h"
#include "core/mail/smtp.h"
#include "core/schema/checks.h"
#include "core/schema/field.h"

namespace nightshift::domain::deliveries {

std::string check_address(const core::json::value& text);
std::string check_site(const core::json::value& text);

inline constexpr core::schema::Field mail_fields[] = {
    {"host", core::schema::Type::text, "The SMTP server that takes our mail; without one none is sent.", {.max = 253}},
    {"port", core::schema::Type::integer, "Its port.", {.min = 1, .max = 65535, .fallback = "587"}},
    {"tls",
     core::schema::Type::choice,
     "starttls and implicit send nothing without TLS and a certificate that holds; none asks for neither.",
     {.fallback = R"("starttls")", .choices = "starttls|implicit|none"}},
    {"ca_file",
     core::schema::Type::text,
     "Whose certificates hold, instead of the system's authorities.",
     {.max = 4096}},
    {"user", core::schema::Type::text, "Who signs in there; without one nobody does.", {.max = 300}},
    {"password", core::schema::Type::text, "With what.", {.max = 1000}},
    {"password_file", core::schema::Type::text, "A file that holds the password instead.", {.max = 4096}},
    {"from",
     core::schema::Type::text,
     "The sender's address.",
     {.max = 254, .fallback = R"("nightshift@localhost")", .check = check_address}},
    {"from_name", core::schema::Type::text, "The sender's name.", {.max = 100, .fallback = R"("Nightshift")"}},
    {"timeout",
     core::schema::Type::duration,
     "How long handing over one mail may take.",
     {.min = 1, .max = 900, .fallback = R"("2m")"}},
    {"site",
     core::schema::Type::text,
     "Where people reach Nightshift: what links in mails begin with.",
     {.max = 500, .fallback = R"("http://localhost:8000")", .check = check_site}},
    {"collect",
     core::schema::Type::duration,
     "How long a mail waits for more about the same subject to the same person; they become one.",
     {.min = 0, .max = 3600, .fallback = R"("1m")"}},
    {"digest_at",
     core::schema::Type::text,
     "When the mail of the day goes to those who want one, by their own clocks.",
     {.fallback = R"("08:00")", .check = core::schema::check_time_of_day}},
    {"domain_per_minute",
     core::schema::Type::integer,
     "How many mails a minute go to addresses of the same domain, over all workers; 0: as many as there are.",
     {.min = 0, .max = 100000, .fallback = "0"}},
    {"server_per_minute",
     core::schema::Type::integer,
     "How many a minute mail.host is given, over all workers; 0: as many as there are.",
     {.min = 0, .max = 100000, .fallback = "0"}},
    {"unknown",
     core::schema::Type::choice,
     "What becomes of a mail whose last byte left and whose answer was lost: it stays unknown until somebody decides, "
     "or goes out once more under the same Message-ID.",
     {.fallback = R"("keep")", .choices = "keep|resend"}},
};

struct MailSettings {
    core::mail::Server server;
    core::mail::Mailbox from;
    std::string site;       ///< without a slash at its end
    std::string digest_at;  ///< "08:00"
    std::chrono::milliseconds collect{60000};
    int domain_per_minute = 0, server_per_minute = 0;  ///< 0: no limit
    bool resends_unknown = false;
    bool is_on() const { return !server.host.empty(); }
};

/// From the daemon's configuration.
MailSettings settings_from(const std::function<core::json::value(std::string_view)>& setting);

/// What the fields can't say one by one: the path and what is wrong with it.
core::schema::Problems mail_problems(const MailSettings& settings);

}  // namespace nightshift::domain::deliveries
