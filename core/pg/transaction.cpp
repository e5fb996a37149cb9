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

/// What a transaction begins with, in one message: who does it is set in the same round trip.
std::string opening(Session& session, const Scope& scope) {
    // Who only reads sees one moment: a list and its total agree.
    std::string text = scope.read_only ? "begin isolation level repeatable read, read only" : "begin";
    if (scope.relaxed) text += "; set local synchronous_commit = off";
    if (scope.actor == "system" && scope.organization.empty()) return text;
    session.prepare_now(kScope);
    return text + "; execute \"pg.scope\"(" + literal(scope.actor) + ", " + literal(scope.organization) + ", " +
           literal(marked_request()) + ")";
}

}  // namespace

struct Transaction::Impl {
    Impl(Session& held, const Scope& scope) : session(held), work(held.link()) { work.exec(opening(session, scope)); }
    /// Nothing of it is kept.
    void roll_back() { work.exec("ROLLBACK"); }
    /// Once it was sent nobody knows, until the answer is there.
    void commit() {
        try {
            work.exec("COMMIT");
        } catch (const std::exception& problem) {
            if (!session.link().is_open()) throw pqxx::in_doubt_error(problem.what());
            throw;
        }
    }
    Session& session;
    pqxx::nontransaction work;
    std::string cursor;
    bool committed = false;
};

Transaction::Transaction(Lease& lease, const Scope& scope) {
    try {
        lease.session().plan_once(false);
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
        return Result(std::make_shared<Result::Impl>(
            Result::Impl{pg::execute(impl_->work, impl_->session, statement, parameters)}));
    } catch (...) {
        translate(&impl_->session, statement.name);
    }
}

Result Transaction::execute(std::string_view sql) {
    try {
        return Result(std::make_shared<Result::Impl>(Result::Impl{impl_->work.exec(std::string(sql))}));
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
        impl_->cursor = "nightshift_rows";
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

Result run_once(Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
    try {
        lease.session().plan_once(false);
    } catch (...) {
        lease.session().mark_broken();
        translate(&lease.session(), statement.name);
    }
    return run_as_it_stands(lease, statement, parameters);
}

Result run_as_it_stands(Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
    try {
        pqxx::nontransaction tx(lease.session().link());
        return Result(
            std::make_shared<Result::Impl>(Result::Impl{execute(tx, lease.session(), statement, parameters)}));
    } catch (...) {
        const bool was_open = lease.session().link().is_open();
        try {
            translate(&lease.session(), statement.name);
        } catch (const Error& problem) {
            if (problem.code() == Code::database && !was_open) throw Error(Code::unknown_outcome, problem.what());
            throw;
        }
    }
}

}  // namespace nightshift::core::pg
