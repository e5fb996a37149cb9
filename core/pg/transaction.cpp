#include "core/error/error.h"
#include "core/pg/mark.h"
#include "core/pg/session.h"

namespace nightshift::core::pg {

struct Transaction::Impl {
    Impl(Session& held, const Scope& scope) : session(held), work(held.link()) {
        // Who only reads sees one moment: a list and its total agree.
        if (scope.read_only) work.exec("set transaction isolation level repeatable read, read only");
        if (scope.relaxed) work.exec("set local synchronous_commit = off");
        if (scope.actor != "system" || !scope.organization.empty())
            pg::execute(
                work, session,
                Statement{
                    "pg.scope",
                    "select set_config('nightshift.actor', $1, true), set_config('nightshift.organization', $2, true), "
                    "set_config('nightshift.request', $3, true)"},
                std::vector<Value>{scope.actor, scope.organization, marked_request()});
    }
    Session& session;
    pqxx::work work;
    std::string cursor;
    bool committed = false;
};

Transaction::Transaction(Lease& lease, const Scope& scope) {
    try {
        impl_ = std::make_unique<Impl>(lease.session(), scope);
    } catch (...) {
        translate(&lease.session(), "begin");
    }
}

Transaction::~Transaction() {
    if (!impl_ || impl_->committed) return;  // libpqxx takes an abort after a commit for a mistake
    try {
        impl_->work.abort();
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
        impl_->work.commit();
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
