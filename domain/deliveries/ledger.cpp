#include "domain/deliveries/ledger.h"

#include <algorithm>
#include <array>
#include <thread>

#include "core/error/error.h"
#include "core/error/fail_point.h"
#include "core/log/log.h"
#include "core/secret/secret.h"
#include "domain/deliveries/compose.h"
#include "domain/deliveries/destinations.h"
#include "domain/deliveries/sql.h"
#include "domain/notifications/sql.h"

namespace nightshift::domain::deliveries {
namespace {

using core::Code;
using core::Error;
using core::mail::Outcome;
using core::pg::Transaction;
namespace json = core::json;

/// A delivery as the ledger has it.
struct Taken {
    std::string state, message, last_try;
    Letter letter;
    int attempts = 0;
    int unknowns = 0;  ///< tries that may have arrived
    bool is_active = true, is_suppressed = false;
    bool is_tried() const { return state == "intended" || state == "deferred" || state == "dead"; }
};

Taken take(Transaction& tx, const std::string& id) {
    tx.run(sql::group_lock, id);
    const auto rows = tx.run(sql::take, id);
    if (rows.empty()) throw Error(Code::not_found, "delivery: there is no " + id);
    const auto text = [&](std::size_t column) { return std::string(rows.text(0, column)); };
    Taken taken{
        .state = text(1),
        .message = text(6),
        .last_try = text(9),
        .letter = {.id = id,
                   .organization = text(0),
                   .user = text(3),
                   .address = text(4),
                   .name = text(11),
                   .time_zone = text(12),
                   .event = text(5),
                   .is_digest = text(2) == "digest",
                   .at = rows.time(0, 14)},
        .attempts = static_cast<int>(rows.number(0, 8)),
        .unknowns = static_cast<int>(rows.number(0, 15)),
        .is_active = rows.flag(0, 10),
        .is_suppressed = rows.flag(0, 13),
    };
    if (!taken.message.empty() && !text(7).empty()) taken.letter.about = taken.letter.organization + text(7);
    return taken;
}

std::vector<Item> items_of(Transaction& tx, const std::string& id) {
    const auto rows = tx.run(sql::items, id);
    std::vector<Item> items;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = [&](std::size_t column) { return std::string(rows.text(i, column)); };
        items.push_back({text(0), text(1), text(2), text(3), text(4), text(5), rows.time(i, 6)});
    }
    return items;
}

std::string media_type_of(const std::string& format) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{
        {{"csv", "text/csv"},
         {"json", "application/json"},
         {"pdf", "application/pdf"},
         {"html", "text/html"},
         {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}}};
    const auto* found = std::ranges::find(kTypes, format, &std::pair<std::string_view, std::string_view>::first);
    return std::string(found == kTypes.end() ? "application/octet-stream" : found->second);
}

/// Files beside the words. One that is larger than mails may be is named instead.
void add_reports(Transaction& tx, const Begin& what, const Taken& taken, const json::object& kept,
                 core::mail::Message& mail) {
    constexpr std::int64_t kMostBytes = 10LL << 20U;
    for (const auto& one : kept.at("reports").as_array()) {
        const std::string id(one.as_string());
        const auto rows = tx.run(sql::report_file, id, taken.letter.organization);
        if (rows.empty())
            throw Error(Code::validation, "report " + id + ": is not there, or not ready, and can't be sent along");
        const File file{std::string(rows.text(0, 0)), std::string(rows.text(0, 1)), std::string(rows.text(0, 2))};
        if (rows.number(0, 3) > kMostBytes) {
            mail.text += "\nToo large for a mail: " + file.name + ", " + what.settings.site + "/api/v1/reports/" + id +
                         "/download\n";
            continue;
        }
        mail.parts.push_back({.name = file.name + "." + file.format,
                              .content_type = media_type_of(file.format),
                              .bytes = what.read_file(file)});
    }
}

/// Nothing when there is nothing left to tell.
std::optional<core::mail::Message> letter_of(Transaction& tx, const Begin& what, Taken& taken) {
    const auto key = std::string(tx.run(sql::secret, core::secret::random_token()).text(0, 0));
    if (!taken.message.empty()) {
        const auto kept = json::parse_object(taken.message);
        auto mail = letter_of_words(taken.letter, kept, what.settings, key);
        add_reports(tx, what, taken, kept, mail);
        return mail;
    }
    tx.run(sql::gather, what.delivery);
    const auto items = items_of(tx, what.delivery);
    if (items.empty()) return std::nullopt;
    taken.letter.about = items.front().job;
    return letter_of_items(taken.letter, items, what.settings, key);
}

Settled settle(Transaction& tx, const std::string& delivery, const std::string& state, const std::string& reason) {
    tx.run(sql::settle, delivery, state, reason);
    tx.commit();
    return {state};
}

/// Where a mail that was refused went: to an address that is none, or was it the mail that was not taken?
bool is_bounce(const core::mail::Sent& sent) {
    if (sent.outcome != Outcome::refused || sent.stage != core::mail::Stage::recipient) return false;
    return !sent.enhanced.starts_with("5.7.");  // a policy of theirs, not the address
}

/// Full for now, or gone for good?
bool is_gone(const core::mail::Sent& sent) {
    return is_bounce(sent) && sent.code != 552 && !sent.enhanced.starts_with("5.2.2");
}

struct Ending {
    std::string of_try, of_delivery;
};

Ending ending_of(const Try& attempt, const core::mail::Sent& sent, const MailSettings& settings) {
    switch (sent.outcome) {
        case Outcome::accepted:
            return {"sent", "sent"};
        case Outcome::deferred:
            return {"failed", "deferred"};
        case Outcome::refused:
            return {"failed", is_bounce(sent) ? "bounced" : "dead"};
        case Outcome::unknown:
            break;
    }
    return {"unknown", settings.resends_unknown && !attempt.was_unknown ? "deferred" : "unknown"};
}

/// What is known once a try is over.
struct TryEnd {
    const Try& attempt;
    const core::mail::Sent& sent;
    const MailSettings& settings;
    bool is_stopped;
};

void write_end(core::pg::Pool& pool, const TryEnd& known, const Ending& ending) {
    const auto& [attempt, sent, settings, is_stopped] = known;
    auto lease = pool.acquire();
    Transaction tx(lease, {.actor = "system", .organization = attempt.organization});
    tx.run(sql::attempt_end, attempt.delivery, attempt.number, ending.of_try, sent.code, sent.message, sent.exchange,
           ending.of_delivery);
    if (is_gone(sent)) {
        tx.run(sql::suppress, attempt.organization, attempt.address, "bounced", sent.message);
        if (!attempt.user.empty())
            tx.run(notifications::sql::tell, attempt.organization, std::vector<std::string>{attempt.user},
                   "mail_bounced", "Mail to " + attempt.address + " does not arrive", sent.message, "", nullptr);
    }
    const auto verdict = is_stopped ? Verdict{} : verdict_of(sent);
    tell_health(tx, settings, attempt.delivery, attempt.address, verdict, sent.message);
    tx.commit();
}

}  // namespace

std::variant<Try, Settled> begin(const Begin& what) {
    auto lease = what.pool.acquire();
    Transaction tx(lease);
    auto taken = take(tx, what.delivery);
    if (!taken.is_tried()) return Settled{taken.state};
    if (taken.last_try == "intended" || taken.last_try == "leaving") {
        tx.run(sql::attempt_lost, what.delivery, taken.attempts);
        const bool may_go_again = taken.last_try == "intended" || (what.settings.resends_unknown && taken.unknowns < 2);
        if (!may_go_again)
            return settle(tx, what.delivery, "unknown", "the worker ended before it said what came of it");
    }
    if (!what.settings.is_on()) return settle(tx, what.delivery, "withdrawn", "mail is off");
    if (!taken.is_active) return settle(tx, what.delivery, "withdrawn", "the person is switched off");
    if (taken.is_suppressed) return settle(tx, what.delivery, "suppressed", "the address gets no mail any more");
    auto mail = letter_of(tx, what, taken);
    if (!mail) return settle(tx, what.delivery, "withdrawn", "it was read, or is no longer wanted");
    (void)core::mail::written(*mail);  // fails before the ledger says that anything is to leave
    const auto number = tx.run(sql::attempt_begin, what.delivery, what.run, taken.letter.address).number(0, 0);
    tx.commit();
    core::fail_point("delivery.intended");
    return Try{.delivery = what.delivery,
               .organization = taken.letter.organization,
               .user = taken.letter.user,
               .address = taken.letter.address,
               .number = static_cast<int>(number),
               .was_unknown = taken.unknowns > 0,
               .mail = std::move(*mail)};
}

void leaving(core::pg::Pool& pool, const Try& attempt) {
    if (core::pg::once(pool, sql::attempt_leaving, attempt.delivery, attempt.number).empty())
        throw Error(Code::conflict, "delivery " + attempt.delivery + ": another worker took it over");
    core::fail_point("delivery.leaving");
}

std::string end(core::pg::Pool& pool, const Try& attempt, const core::mail::Sent& sent, const MailSettings& settings,
                bool is_stopped) {
    core::fail_point("delivery.sent");
    const auto ending = ending_of(attempt, sent, settings);
    constexpr int kTries = 20;
    for (int i = 1;; ++i) {  // what is known now is known nowhere else
        try {
            write_end(pool, {attempt, sent, settings, is_stopped}, ending);
            break;
        } catch (const Error& problem) {
            if (!problem.again() || i == kTries) throw;
            core::log::warn("delivery.unrecorded", {{"delivery", attempt.delivery}, {"error", problem.what()}});
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
    }
    return ending.of_delivery;
}

void give_up(core::pg::Pool& pool, const std::string& delivery, const std::string& reason) {
    core::pg::once(pool, sql::settle, delivery, "dead", reason);
}

}  // namespace nightshift::domain::deliveries
