// The ledger of effects: what was about to leave, what may have left, what came of it. A row is written before each
// step that can't be taken back, so that whoever comes after a dead worker knows what is known, and never sends
// blindly. docs/explanation/unknown-outcomes.md.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "core/mail/message.h"
#include "core/mail/smtp.h"
#include "core/pg/pg.h"
#include "domain/deliveries/settings.h"

namespace nightshift::domain::deliveries {

/// A try that may begin: it stands in the ledger as intended.
struct Try {
    std::string delivery, organization, user, address;
    int number = 0;
    bool was_unknown = false;  ///< an earlier one may have arrived
    core::mail::Message mail;
};

/// How a delivery stands that is not tried: "sent", "carried", "withdrawn", "suppressed", "unknown" ...
struct Settled {
    std::string state;
};

/// A report to be sent along.
struct File {
    std::string name, format, path;
};
using ReadFile = std::function<std::string(const File&)>;

struct Begin {
    core::pg::Pool& pool;
    const MailSettings& settings;
    const std::string& delivery;
    const std::string& run;
    ReadFile read_file;
};
/// Gathers what goes to the same person about the same, leaves out what was read or is no longer wanted, and writes the
/// try into the ledger. Throws Error(not_found) for no such delivery, Error(validation) for a mail that can't be.
std::variant<Try, Settled> begin(const Begin& what);

/// Before the last byte leaves. Throws Error(conflict) when another worker took the delivery over: it must not leave.
void leaving(core::pg::Pool& pool, const Try& attempt);

/// What came of it, and what it says of its destination unless we stopped it ourselves: the state of the delivery from
/// now on.
std::string end(core::pg::Pool& pool, const Try& attempt, const core::mail::Sent& sent, const MailSettings& settings,
                bool is_stopped = false);

/// A mail that can't be: nobody tries again.
void give_up(core::pg::Pool& pool, const std::string& delivery, const std::string& reason);

}  // namespace nightshift::domain::deliveries
