#include <algorithm>
#include <utility>

#include "core/error/error.h"
#include "core/pg/mark.h"
#include "core/pg/session.h"

namespace nightshift::core::pg {

namespace {

/// As a literal of SQL. Sessions take backslashes as they are, and refuse what is no UTF-8 before they read it.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text.substr(0, text.find('\0'))) (out += c) += c == '\'' ? "'" : "";
    return out += '\'';
}

constexpr Statement kScope{"pg.scope",
                           "select set_config('nightshift.actor', $1, true), set_config('nightshift.organization', $2, "
                           "true), set_config('nightshift.request', $3, true)"};

/// What a transaction begins with: who does it is set in the same message.
std::string opening(Session& session, const Scope& scope) {
    // Who only reads sees one moment: a list and its total agree.
    std::string text = scope.read_only ? "begin isolation level repeatable read, read only" : "begin";
    if (scope.relaxed) text += "; set local synchronous_commit = off";
    if (session.plans_once()) text += "; set local plan_cache_mode = auto";
    if (scope.actor == "system" && scope.organization.empty()) return text;
    session.prepare(kScope);
    return text + "; execute \"pg.scope\"(" + literal(scope.actor) + ", " + literal(scope.organization) + ", " +
           literal(marked_request()) + ")";
}

/// Ids, numbers, moments and arrays of them: nothing that could end a literal, and nothing that should not stand in
/// the server's log beside a statement that failed: no words, no hashes.
bool is_plain(std::string_view text) {
    constexpr std::size_t kLongest = 8192, kLongestDigits = 16;
    std::size_t digits = 0;
    for (const char c : text) {
        const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (!is_digit && std::string_view("-:.+TZ{},\"").find(c) == std::string_view::npos) return false;
        digits = is_digit ? digits + 1 : 0;
        if (digits > kLongestDigits) return false;
    }
    return text.size() <= kLongest;
}

bool are_plain(const std::vector<Value>& values) {
    return std::ranges::all_of(values, [](const Value& value) { return !value.text() || is_plain(*value.text()); });
}

/// A prepared statement with its values, as a text that can stand behind others.
std::string by_name(const Statement& statement, const std::vector<Value>& values) {
    std::string text = "execute \"" + std::string(statement.name) + '"';
    for (std::size_t i = 0; i < values.size(); ++i)
        (text += i == 0 ? "(" : ", ") += values[i].text() ? literal(*values[i].text()) : "null";
    return values.empty() ? text : text + ")";
}

}  // namespace

/// It begins with its first statement, where possible in the same message: most have few statements, and a message is
/// a journey.
struct Transaction::Impl {
    Impl(Session& held, const Scope& scope) : session(held), work(held.link()), start(opening(session, scope)) {}

    pqxx::result run(const Statement& statement, const std::vector<Value>& values) {
        if (!start.empty() && !statement.name.empty() && are_plain(values)) {
            session.prepare(statement);
            return exec(by_name(statement, values));
        }
        begin();
        return pg::execute(work, session, statement, values);
    }
    pqxx::result exec(const std::string& sql) {
        if (start.empty()) return work.exec(sql);
        return work.exec(std::exchange(start, {}) + "; " + sql);
    }
    void begin() {
        if (!start.empty()) work.exec(std::exchange(start, {}));
    }
    /// Nothing of it is kept.
    void roll_back() {
        if (start.empty()) work.exec("ROLLBACK");
    }
    /// Once it was sent nobody knows, until the answer is there.
    void commit() {
        if (!start.empty()) return;
        try {
            work.exec("COMMIT");
        } catch (const std::exception& problem) {
            if (!session.link().is_open()) throw pqxx::in_doubt_error(problem.what());
            throw;
        }
    }
    Session& session;
    pqxx::nontransaction work;
    std::string start;  // what it begins with; empty once that was sent
    bool committed = false;
};

Transaction::Transaction(Lease& lease, const Scope& scope) {
    try {
        impl_ = std::make_unique<Impl>(lease.session(), scope);
    } catch (...) {
        lease.session().mark_broken();  // it may stand in the middle of one
        translate(&lease.session(), "begin");
    }
}

Transaction::~Transaction() {
    if (!impl_ || impl_->committed) return;  // libpqxx takes an abort after a commit for a mistake
    try {
        impl_->roll_back();
    } catch (...) {  // a link that can't roll back is thrown away; the server rolls back by itself
        impl_->session.mark_broken();
    }
}

Result Transaction::run_with(const Statement& statement, const std::vector<Value>& parameters) {
    try {
        return Result(std::make_shared<Result::Impl>(Result::Impl{impl_->run(statement, parameters)}));
    } catch (...) {
        translate(&impl_->session, statement.name);
    }
}

Result Transaction::execute(std::string_view sql) {
    try {
        return Result(std::make_shared<Result::Impl>(Result::Impl{impl_->exec(std::string(sql))}));
    } catch (...) {
        translate(&impl_->session, "execute");
    }
}

void Transaction::commit() {
    try {
        impl_->commit();
        impl_->committed = true;
    } catch (...) {
        translate(&impl_->session, "commit");
    }
}

void Transaction::open_cursor(const Statement& statement, const std::vector<Value>& parameters) {
    // Parameters of DECLARE can't be prepared by name apart from the statement, so the whole DECLARE is the prepared
    // text.
    try {
        impl_->begin();
        const auto text = "declare nightshift_rows no scroll cursor for " + std::string(statement.sql);
        std::vector<const char*> texts;
        texts.reserve(parameters.size());
        for (const auto& parameter : parameters)
            texts.push_back(parameter.text() ? parameter.text()->c_str() : nullptr);
        impl_->work.exec_params(text, pqxx::prepare::make_dynamic_params(texts.begin(), texts.end()));
    } catch (...) {
        translate(&impl_->session, statement.name);
    }
}

Result Transaction::fetch(std::size_t batch) {
    return execute("fetch " + std::to_string(batch) + " from nightshift_rows");
}

void Transaction::close_cursor() {
    execute("close nightshift_rows");
}

}  // namespace nightshift::core::pg
