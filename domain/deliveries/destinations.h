// Where mails go: the server that takes them, and the domain of each. One that fails again and again is left alone for
// a while (domain/breaker), and what goes there waits without a try; each has its rate. Kept in PostgreSQL, for all
// workers.
#pragma once

#include <chrono>
#include <string>

#include "core/mail/smtp.h"
#include "core/pg/pg.h"
#include "domain/deliveries/settings.h"

namespace nightshift::domain::deliveries {

struct MayGo {
    std::chrono::milliseconds wait{0};  ///< 0: now
    std::string why = {};
    bool is_hopeless = false;  ///< it waited for days, and so long everything there failed
};
/// Before each try. Where it may go while a destination is in trouble, this delivery is the one that sees whether it is
/// better: say what came of it, or release it.
MayGo may_go(core::pg::Pool& pool, const MailSettings& settings, const std::string& delivery);
/// It was not tried after all.
void release(core::pg::Pool& pool, const std::string& delivery);

/// What a try says of where it went.
enum class Health : std::uint8_t { unsaid, fine, failed };
struct Verdict {
    Health server = Health::unsaid, domain = Health::unsaid;
};
Verdict verdict_of(const core::mail::Sent& sent);
/// Where it says nothing of a destination that this delivery was to look at, the next one looks.
void tell_health(core::pg::Transaction& tx, const MailSettings& settings, const std::string& delivery,
                 const std::string& address, const Verdict& verdict, const std::string& said);

}  // namespace nightshift::domain::deliveries
