// Mail to people. A notification makes its mail by itself (0070_deliveries.sql); what is said here is a mail of its
// own:
//
//   enqueue(tx, {.organization = org, .user = id, .event = "report", .subject = "Jobs of May",
//                .text = "The report you asked for is attached.", .reports = {report_id}});
//
// It is kept, and its run submitted, in the caller's transaction: it goes out when that commits, and not at all when it
// does not.
#pragma once

#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "domain/deliveries/settings.h"

namespace nightshift::domain::deliveries {

struct Message {
    std::string organization;
    std::string user = {};     ///< a person; or
    std::string address = {};  ///< an address of nobody here
    std::string event;         ///< "report": what preferences and the link that ends them go by
    std::string subject;
    std::string text = {};       ///< in plain words, from which the HTML is made; or
    std::string html = {};       ///< beside it, as it stands: escape what people wrote; or
    std::string made_from = {};  ///< the name of a template, filled by
    core::json::object values = {};
    std::vector<std::string> reports = {};  ///< ids of reports that are ready: sent along
    std::string about = {};                 ///< mails about the same form a thread
};

/// The delivery's id; "" when mail is off, the person does not want this by mail, or the address gets none. Throws
/// Error(validation) for an address that is none, and for a template or value that is not there.
std::string enqueue(core::pg::Transaction& tx, const Message& message);

/// When serving starts: checks the templates, and tells the database whether there is mail and how it is collected.
void prepare(core::pg::Pool& pool, const MailSettings& settings);

/// A link in a mail that ends mails like it, for who holds it.
struct Unsubscription {
    std::string organization;
    std::string user = {};     ///< who wants no more
    std::string address = {};  ///< or which address, of nobody here, gets no more at all
    std::vector<std::string> events = {};
};
std::string token_of(const std::string& key, const Unsubscription& unsubscription);
/// Throws Error(forbidden), in the same words whatever is wrong.
Unsubscription unsubscription_of(const std::string& key, std::string_view token);
void unsubscribe(core::pg::Transaction& tx, const Unsubscription& unsubscription);
/// What signs the links: made at first use, then kept.
std::string signing_key(core::pg::Pool& pool);

}  // namespace nightshift::domain::deliveries
