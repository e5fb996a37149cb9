#include "domain/identity/gate.h"

#include <algorithm>
#include <condition_variable>

#include "core/error/error.h"
#include "core/log/log.h"
#include "core/secret/secret.h"
#include "core/text/case.h"
#include "core/time/time.h"
#include "domain/identity/roles.h"
#include "domain/identity/sql.h"

namespace nightshift::domain::identity {
namespace {

using core::Code;
using core::Error;
using core::pg::Transaction;
using std::chrono::system_clock;

constexpr std::chrono::seconds kRemember{5};  // how long a role or a person may have changed before it shows
constexpr std::chrono::seconds kReread{30};   // how long another process may sign with a key that is not the newest
constexpr std::size_t kMostRemembered = 10000;
constexpr std::string_view kKeyPrefix = "nsk_";

/// PostgreSQL's text of a text[]: {a,b,"c d"}; permissions hold no quotes or braces.
std::vector<std::string> list_of(std::string_view array) {
    std::vector<std::string> out;
    if (array.size() < 2) return out;
    array = array.substr(1, array.size() - 2);
    while (!array.empty()) {
        auto one = array.substr(0, array.find(','));
        array.remove_prefix(std::min(array.size(), one.size() + 1));
        if (one.size() >= 2 && one.front() == '"') one = one.substr(1, one.size() - 2);
        out.emplace_back(one);
    }
    return out;
}

void ensure_roles(Transaction& tx, std::string_view organization) {
    for (const auto& role : builtin_roles())
        tx.run(sql::role_ensure, organization, role.name, role.title, role.permissions);
}

/// Nobody has been here before: whoever comes first begins with an organization of that short name.
core::pg::Result founded(Transaction& tx, const std::string& slug) {
    auto made = tx.run(sql::organization_found, core::time::uuid7(), slug.empty() ? "main" : slug);
    ensure_roles(tx, made.text(0, 0));
    return made;
}

[[noreturn]] void not_known() {
    throw Error(Code::unauthorized, "Authorization: this token is not valid, or no longer");
}

}  // namespace

struct Gate::Known {
    Identity identity;
    system_clock::time_point until;
};

/// At most so many hash at once; a few more wait their turn.
struct Gate::Seats {
    explicit Seats(std::size_t count) : free(count) {}
    class Taken {
    public:
        explicit Taken(Seats& seats) : seats_(seats) {
            std::unique_lock lock(seats_.mutex);
            constexpr std::size_t kMostWaiting = 16;
            if (seats_.free == 0 && seats_.waiting >= kMostWaiting)
                throw Error(Code::unavailable, "too many sign in at once; try again");
            ++seats_.waiting;
            seats_.signal.wait(lock, [&] { return seats_.free > 0; });
            --seats_.waiting;
            --seats_.free;
        }
        ~Taken() {
            {
                const std::lock_guard lock(seats_.mutex);
                ++seats_.free;
            }
            seats_.signal.notify_one();
        }
        Taken(const Taken&) = delete;
        Taken& operator=(const Taken&) = delete;

    private:
        Seats& seats_;
    };
    std::mutex mutex;  // guards below
    std::condition_variable signal;
    std::size_t free, waiting = 0;
};

Gate::Gate(core::pg::Pool& pool, GateSettings settings, Clock now)
    : pool_(pool),
      settings_(std::move(settings)),
      now_(std::move(now)),
      seats_(std::make_unique<Seats>(settings_.hashing_at_once)) {}
Gate::~Gate() = default;

void Gate::prepare() {
    auto lease = pool_.acquire();
    Transaction tx(lease);
    tx.run(sql::signing_key_lock);
    const auto organizations = tx.run(sql::organizations);
    for (std::size_t i = 0; i < organizations.size(); ++i) ensure_roles(tx, organizations.text(i, 0));
    tx.commit();
    read_keys();
}

/// Under one lock for all processes, so that they make one key. The newest signs.
bool Gate::read_keys(std::optional<std::chrono::seconds> old) {
    auto lease = pool_.acquire();
    Transaction tx(lease);
    tx.run(sql::signing_key_lock);
    auto rows = tx.run(sql::signing_keys);
    if (!old && settings_.rotate.count() > 0) old = settings_.rotate;
    const bool is_new = rows.empty() || (old && rows.real(0, 3) >= static_cast<double>(old->count()));
    if (is_new) {
        const auto pair = core::secret::make_key_pair(core::time::uuid7());
        const auto overlap = settings_.access + 2 * kReread;  // others sign with the old one until they have read this
        tx.run(sql::signing_key_add, pair.id, pair.private_pem, pair.public_pem, static_cast<double>(overlap.count()));
        rows = tx.run(sql::signing_keys);
        core::log::info("signing_key.made", {{"kid", pair.id}});
    }
    tx.commit();
    std::vector<core::secret::KeyPair> keys;
    for (std::size_t i = 0; i < rows.size(); ++i)
        keys.push_back({std::string(rows.text(i, 0)), std::string(rows.text(i, 1)), std::string(rows.text(i, 2))});
    auto read = std::make_shared<core::secret::Signer>(settings_.issuer, keys);
    const std::lock_guard lock(mutex_);
    signer_ = std::move(read);
    read_at_ = now_();
    return is_new;
}

void Gate::rotate() {
    read_keys(std::chrono::seconds(0));
}

bool Gate::rotate_when(std::chrono::seconds old) {
    return read_keys(old);
}

/// Reads them again when that is longer ago; one thread does, the others go on with what there is. Whether it did.
bool Gate::look_for_keys(std::chrono::seconds after) {
    {
        const std::lock_guard lock(mutex_);
        if (!signer_ || now_() - read_at_ < after) return false;
        read_at_ = now_();
    }
    try {
        read_keys();
    } catch (const Error& problem) {
        core::log::warn("signing_key.not_read", {{"error", problem.what()}});
        return false;
    }
    return true;
}

std::shared_ptr<const core::secret::Signer> Gate::signer() {
    look_for_keys(kReread);
    const std::lock_guard lock(mutex_);
    if (!signer_) throw Error(Code::unavailable, "the keys are not read yet; try again");
    return signer_;
}

/// A token that is not known may be signed by a key that another process has just made.
std::optional<core::secret::Claims> Gate::verified(const std::string& token) {
    auto claims = signer()->verify(token, now_());
    if (!claims && look_for_keys(std::chrono::seconds(1))) claims = signer()->verify(token, now_());
    return claims;
}

core::json::object Gate::key_set() {
    return signer()->key_set();
}

void Gate::forget() {
    const std::lock_guard lock(mutex_);
    known_.clear();
    permissions_.clear();
}

std::vector<std::string> Gate::permissions_of(const std::string& user, const std::string& organization) {
    const auto key = user + organization;
    {
        const std::lock_guard lock(mutex_);
        const auto found = permissions_.find(key);
        if (found != permissions_.end() && found->second.until > now_()) return found->second.identity.permissions;
    }
    const auto rows = core::pg::once(pool_, sql::caller, user, organization);
    if (rows.empty()) not_known();
    auto permissions = list_of(rows.text(0, 0));
    permissions.emplace_back("account.own");
    const std::lock_guard lock(mutex_);
    if (permissions_.size() > kMostRemembered) permissions_.clear();
    permissions_[key] = {{.permissions = permissions}, now_() + kRemember};
    return permissions;
}

Identity Gate::by_key(const std::string& token) {
    const auto rows = core::pg::once(pool_, sql::key_find, core::secret::digest(token));
    if (rows.empty()) not_known();
    Identity who{.actor = "key:" + std::string(rows.text(0, 0)),
                 .user = std::string(rows.text(0, 2)),
                 .organization = std::string(rows.text(0, 1))};
    who.permissions = permissions_of(who.user, who.organization);
    if (!rows.text(0, 3).empty()) who.permissions = narrowed(who.permissions, list_of(rows.text(0, 3)));
    note_use(std::string(rows.text(0, 0)));
    return who;
}

/// Once a minute is enough for people, and nearly nothing for the database.
void Gate::note_use(const std::string& key) {
    {
        const std::lock_guard lock(mutex_);
        if (noted_.size() > kMostRemembered) noted_.clear();
        auto& noted = noted_[key];
        if (now_() - noted < std::chrono::minutes(1)) return;
        noted = now_();
    }
    core::pg::once(pool_, sql::key_used, key);
}

Identity Gate::identify(const std::string& token) {
    const auto hash = core::secret::digest(token);
    {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(hash);
        if (found != known_.end() && found->second.until > now_()) return found->second.identity;
    }
    Identity who;
    auto until = now_() + kRemember;
    if (token.starts_with(kKeyPrefix)) {
        who = by_key(token);
    } else {
        const auto claims = verified(token);
        if (!claims || !core::pg::once(pool_, sql::family_revoked, claims->session).empty()) not_known();
        who = {.actor = "user:" + claims->subject,
               .user = claims->subject,
               .organization = claims->organization,
               .session = claims->session};
        who.permissions = permissions_of(who.user, who.organization);
        until = std::min(until, claims->expires_at);
    }
    const std::lock_guard lock(mutex_);
    if (known_.size() > kMostRemembered) known_.clear();
    known_[hash] = {who, until};
    return who;
}

bool Gate::matches(const std::string& password, const std::string& hash) {
    const Seats::Taken seat(*seats_);
    return core::secret::check_password(password, hash);
}

std::string Gate::hashed(const std::string& password) {
    constexpr std::size_t kLeast = 8;
    if (password.size() < kLeast) throw Error(Code::validation, "password: expected at least 8 characters");
    const Seats::Taken seat(*seats_);
    return core::secret::hash_password(password, settings_.password_cost);
}

Tokens Gate::login(const std::string& email, const std::string& password, const Origin& from) {
    const auto subject = core::secret::digest(core::text::lower_case(email));
    if (const auto locked = core::pg::once(pool_, sql::login_locked, subject); !locked.empty())
        throw Error(
            Code::rate_limited,
            "too many wrong passwords for this address; try again in " + std::string(locked.text(0, 0)) + " seconds",
            R"({"retry_after":)" + std::string(locked.text(0, 0)) + "}");
    const auto rows = core::pg::once(pool_, sql::login_find, email);
    const auto hash = rows.empty() ? std::string{} : std::string(rows.text(0, 1));
    if (!matches(password, hash) || !rows.flag(0, 2)) {
        if (core::pg::once(pool_, sql::login_failed, subject, settings_.failures_to_lock).flag(0, 0))
            core::log::warn("login.locked", {{"address", from.address}});
        throw Error(Code::unauthorized, "this e-mail address and password don't belong together");
    }
    const std::string user(rows.text(0, 0));
    auto lease = pool_.acquire();
    Transaction tx(lease, {.actor = "user:" + user, .organization = std::string(rows.text(0, 3))});
    tx.run(sql::login_noted, user, subject);
    auto tokens = issue(tx, user, std::string(rows.text(0, 3)), core::time::uuid7(), from);
    tx.commit();
    return tokens;
}

Tokens Gate::issue(Transaction& tx, const std::string& user, const std::string& organization, const std::string& family,
                   const Origin& from) {
    const auto now = now_();
    Tokens tokens{.refresh = core::secret::random_token(),
                  .expires_in = settings_.access,
                  .refresh_expires_in = settings_.refresh,
                  .user = user};
    tokens.access = signer()->sign({user, organization, family, now + settings_.access}, now);
    tx.run(sql::refresh_issue, core::time::uuid7(), family, organization, user, core::secret::digest(tokens.refresh),
           static_cast<double>(settings_.refresh.count()), from.address.substr(0, 100), from.agent.substr(0, 300));
    return tokens;
}

Tokens Gate::enroll(const Registration& who, const Origin& from) {
    const auto nobody_yet = [](const core::pg::Result& count) { return count.number(0, 0) == 0; };
    const auto require_open = [&](bool is_first) {
        if (settings_.registration != "open" && !is_first)
            throw Error(Code::forbidden, "registration is not open here; ask an administrator");
    };
    bool first = nobody_yet(core::pg::once(pool_, sql::user_count));
    require_open(first);
    const auto hash = hashed(who.password);
    auto lease = pool_.acquire();
    Transaction tx(lease);
    if (first) {  // several may have found nobody; one of them is the first
        tx.run(sql::first_user_lock);
        first = nobody_yet(tx.run(sql::user_count));
        require_open(first);
    }
    const bool is_empty = first && tx.run(sql::organizations).empty();
    const auto organizations =
        is_empty ? founded(tx, who.organization) : tx.run(sql::organization_by_slug, who.organization);
    if (organizations.size() != 1)
        throw Error(Code::rule, who.organization.empty() ? "organization: there are several; name one by its slug"
                                                         : "organization: there is none with this slug");
    const auto id = core::time::uuid7();
    const std::string organization(organizations.text(0, 0));
    auto name = who.name;
    if (name.empty()) name = who.first_name + (who.last_name.empty() ? "" : " " + who.last_name);
    if (name.empty()) name = who.email.substr(0, who.email.find('@'));
    tx.run(sql::user_insert, id, organization, who.email, name, who.first_name, who.last_name, hash);
    tx.run(sql::membership_set, organization, id, first ? "admin" : "member");
    auto tokens = issue(tx, id, organization, core::time::uuid7(), from);
    tx.commit();
    return tokens;
}

Tokens Gate::refresh(const std::string& token, const Origin& from) {
    auto lease = pool_.acquire();
    Transaction tx(lease);
    const auto rows = tx.run(sql::refresh_find, core::secret::digest(token));
    if (rows.empty()) throw Error(Code::unauthorized, "refresh_token: not valid, or no longer; sign in again");
    const bool revoked = rows.flag(0, 4), expired = rows.flag(0, 5), used = rows.flag(0, 6), just_now = rows.flag(0, 7);
    const std::string family(rows.text(0, 1)), organization(rows.text(0, 2)), user(rows.text(0, 3));
    if (used && !just_now && !revoked) {
        tx.run(sql::refresh_revoke_family, family);
        tx.commit();
        forget();
        core::log::warn("session.reused", {{"user", user}, {"address", from.address}});
    }
    if (revoked || expired || (used && !just_now))
        throw Error(Code::unauthorized, "refresh_token: not valid, or no longer; sign in again");
    if (tx.run(sql::caller, user, organization).empty()) throw Error(Code::unauthorized, "this account is not active");
    tx.run(sql::refresh_used, rows.text(0, 0));
    auto tokens = issue(tx, user, organization, family, from);
    tx.commit();
    return tokens;
}

void Gate::logout(const std::string& refresh_token, const std::string& session) {
    auto lease = pool_.acquire();
    Transaction tx(lease);
    if (!session.empty()) tx.run(sql::refresh_revoke_family, session);
    if (!refresh_token.empty())
        if (const auto rows = tx.run(sql::refresh_find, core::secret::digest(refresh_token)); !rows.empty())
            tx.run(sql::refresh_revoke_family, rows.text(0, 1));
    tx.commit();
    forget();
}

void Gate::change_password(const Identity& who, const std::string& before, const std::string& after) {
    const auto rows = core::pg::once(pool_, sql::user_password, who.user);
    if (!matches(before, rows.empty() ? std::string{} : std::string(rows.text(0, 0))))
        throw Error(Code::rule, "current_password: this is not your password");
    const auto hash = hashed(after);
    auto lease = pool_.acquire();
    Transaction tx(lease, {.actor = who.actor, .organization = who.organization});
    tx.run(sql::user_set_password, who.user, hash);
    tx.run(sql::refresh_revoke_user, who.user);
    tx.commit();
    forget();
}

std::string Gate::new_key() {
    return std::string(kKeyPrefix) + core::secret::random_token();
}

std::string Gate::make_key(const std::string& organization, const std::string& user, const std::string& name,
                           const std::vector<std::string>& permissions, const std::string& expires_at) {
    auto token = new_key();
    std::string scopes;
    for (const auto& one : permissions) scopes += (scopes.empty() ? "{" : ",") + one;
    core::pg::once(pool_, sql::key_create, core::time::uuid7(), organization, user, name, core::secret::digest(token),
                   scopes.empty() ? "" : scopes + "}", expires_at);
    return token;
}

}  // namespace nightshift::domain::identity
