// Signing in and being known again: passwords, access and refresh tokens, API keys, and what their holder may. Any
// thread. SPEC 1; RFC 9700 (refresh tokens), RFC 8725 (JWT), OWASP ASVS 2 and 3.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/pg/pg.h"
#include "core/secret/jwt.h"

namespace nightshift::domain::identity {

struct GateSettings {
    std::string issuer = "nightshift";
    std::chrono::seconds access{900}, refresh{30 * 86400};
    std::string registration = "open";  ///< open, invite or closed
    int failures_to_lock = 10;
    int password_cost = 11;
    std::chrono::seconds rotate{0};   ///< a new signing key when the last is so old; 0: never by itself
    std::size_t hashing_at_once = 2;  ///< more wait; bcrypt must not hold up everybody else
};

/// Somebody who is known.
struct Identity {
    std::string actor;  ///< "user:<id>" or "key:<id>"
    std::string user, organization, session;
    std::vector<std::string> permissions;
};

/// What signing in gives.
struct Tokens {
    std::string access, refresh;
    std::chrono::seconds expires_in, refresh_expires_in;
    std::string user;
};

/// From where somebody signs in.
struct Origin {
    std::string address, agent;
};

struct Registration {
    std::string email, password, name, first_name, last_name, organization;
};

class Gate {
public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;
    Gate(core::pg::Pool& pool, GateSettings settings, Clock now);
    ~Gate();

    /// Who holds this bearer token: an access token or an API key. Throws Error(unauthorized).
    Identity identify(const std::string& token);
    /// Throws Error(unauthorized) alike for a wrong password, an unknown address and an inactive person;
    /// Error(rate_limited) while the address is locked; Error(unavailable) when too many sign in at once.
    Tokens login(const std::string& email, const std::string& password, const Origin& from);
    /// Throws Error(forbidden) where registration is closed, Error(conflict) for a known address.
    Tokens enroll(const Registration& who, const Origin& from);
    /// One use each; using one twice revokes its family. Throws Error(unauthorized).
    Tokens refresh(const std::string& token, const Origin& from);
    /// Ends the session of a refresh token, or the one an access token belongs to. Unknown ones are fine.
    void logout(const std::string& refresh_token, const std::string& session);
    /// Throws Error(rule) when `before` is wrong. Ends all sessions.
    void change_password(const Identity& who, const std::string& before, const std::string& after);
    /// A new API key; the only time its text is known. Empty `permissions`: all its person may.
    std::string make_key(const std::string& organization, const std::string& user, const std::string& name,
                         const std::vector<std::string>& permissions, const std::string& expires_at);
    /// Checked against the policy, and hashed. Throws Error(validation).
    std::string hashed(const std::string& password);
    core::json::object key_set();
    /// A new key signs from now on; what the old ones signed is known until it has expired.
    void rotate();
    /// The same where the one that signs is at least so old; false: it is younger.
    bool rotate_when(std::chrono::seconds old);
    /// The text of a new API key.
    static std::string new_key();
    /// Built-in roles of every organization, and a key to sign with: at start.
    void prepare();
    /// What was remembered of permissions is asked for again: after roles or people changed.
    void forget();

private:
    struct Known;
    struct Seats;
    std::shared_ptr<const core::secret::Signer> signer();
    /// A new key first where the newest is at least so old; none: as the settings say. True: one was made.
    bool read_keys(std::optional<std::chrono::seconds> old = {});
    bool look_for_keys(std::chrono::seconds after);
    std::optional<core::secret::Claims> verified(const std::string& token);
    void note_use(const std::string& key);
    std::vector<std::string> permissions_of(const std::string& user, const std::string& organization);
    Identity by_key(const std::string& token);
    Tokens issue(core::pg::Transaction& tx, const std::string& user, const std::string& organization,
                 const std::string& family, const Origin& from);
    bool matches(const std::string& password, const std::string& hash);

    core::pg::Pool& pool_;
    GateSettings settings_;
    Clock now_;
    std::unique_ptr<Seats> seats_;
    mutable std::mutex mutex_;  // guards below
    std::shared_ptr<const core::secret::Signer> signer_;
    std::chrono::system_clock::time_point read_at_;                       // when it was
    std::map<std::string, std::chrono::system_clock::time_point> noted_;  // API keys whose use was written down
    std::map<std::string, Known> known_;                                  // by digest of the token
    std::map<std::string, Known> permissions_;                            // by user and organization
};

}  // namespace nightshift::domain::identity
