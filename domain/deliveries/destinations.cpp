#include "domain/deliveries/destinations.h"

#include "core/text/case.h"
#include "core/time/time.h"
#include "domain/breaker/breaker.h"
#include "domain/deliveries/sql.h"

namespace nightshift::domain::deliveries {
namespace {

using core::mail::Outcome;
using core::mail::Stage;

std::string server_of(const MailSettings& settings) {
    return settings.server.host + ":" + std::to_string(settings.server.port);
}

/// How long a try may take before another sees whether the destination is better.
std::chrono::milliseconds longest_try(const MailSettings& settings) {
    return settings.server.timeout + std::chrono::minutes(1);
}

}  // namespace

MayGo may_go(core::pg::Pool& pool, const MailSettings& settings, const std::string& delivery) {
    const auto server = breaker::per_minute(settings.server_per_minute),
               domain = breaker::per_minute(settings.domain_per_minute);
    const auto rows =
        core::pg::once(pool, sql::may_go, delivery, server_of(settings), server.gap, server.ahead, domain.gap,
                       domain.ahead, breaker::kFailuresToOpen, core::time::as_seconds(longest_try(settings)));
    if (rows.empty()) return {};  // settled: nothing will leave
    return {.wait = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(rows.real(0, 0))),
            .why = std::string(rows.text(0, 1)),
            .is_hopeless = rows.flag(0, 2)};
}

void release(core::pg::Pool& pool, const std::string& delivery) {
    core::pg::once(pool, sql::destination_release, delivery);
}

Verdict verdict_of(const core::mail::Sent& sent) {
    constexpr int kClosing = 421;
    if (sent.outcome == Outcome::accepted || sent.outcome == Outcome::refused) return {Health::fine, Health::fine};
    if (sent.outcome == Outcome::unknown || sent.stage != Stage::recipient || sent.code == kClosing)
        return {Health::failed, Health::unsaid};
    // Somebody's mailbox is full, or the mail is to come back later: the others there may well get theirs.
    return {Health::fine, sent.enhanced.starts_with("4.2.") ? Health::unsaid : Health::failed};
}

void tell_health(core::pg::Transaction& tx, const MailSettings& settings, const std::string& delivery,
                 const std::string& address, const Verdict& verdict, const std::string& said) {
    const auto domain = core::text::lower_case(address.substr(address.find('@') + 1));
    std::vector<std::string> fine;
    for (const auto& [health, name] :
         {std::pair(verdict.server, server_of(settings)), std::pair(verdict.domain, domain)}) {
        if (health == Health::fine) fine.push_back(name);
        if (health == Health::failed)
            tx.run(sql::destination_failed, name, breaker::kFailuresToOpen, said, breaker::pauses());
    }
    if (!fine.empty()) tx.run(sql::destination_fine, fine);
    if (fine.size() < 2) tx.run(sql::destination_release, delivery);
}

}  // namespace nightshift::domain::deliveries
