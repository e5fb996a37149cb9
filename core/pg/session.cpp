#include "core/pg/session.h"

#include <cctype>

#include "core/error/error.h"

namespace nightshift::core::pg {
namespace {

/// The name as PostgreSQL may keep it: letters, digits and dashes.
std::string link_name(std::string name) {
    std::erase_if(name,
                  [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.'; });
    return name;
}

std::string options(const PoolSettings& settings) {
    auto text = "set timezone = 'UTC'; set application_name = '" + link_name(settings.name) +
                "'; set client_encoding = 'UTF8'; set standard_conforming_strings = on; set statement_timeout = " +
                std::to_string(settings.statement_timeout.count()) +
                "; set idle_in_transaction_session_timeout = '15min'; set search_path = public; set jit = off;";
    if (settings.relaxed) text += " set synchronous_commit = off;";
    if (settings.by_index)
        text +=
            " set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = "
            "off;"
            " set plan_cache_mode = force_generic_plan;";
    return text;
}

/// Constraint failures are the caller's doing, link failures the world's, the rest ours.
Code code_of(std::string_view sqlstate) {
    if (sqlstate.starts_with("23")) return sqlstate == "23503" ? Code::rule : Code::conflict;
    if (sqlstate.starts_with("22")) return Code::rule;
    if (sqlstate == "57014") return Code::timeout;
    if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03") return Code::unavailable;
    if (sqlstate.starts_with("57P") || sqlstate.starts_with("08") || sqlstate.starts_with("53")) return Code::database;
    if (sqlstate == "25006") return Code::database;  // a standby: not ours to write to
    return Code::internal;
}

/// A host that went away without a word is noticed within seconds, by us where the url does not say otherwise.
std::string with_limits(std::string url) {
    if (!url.starts_with("postgres")) return url;
    for (const auto* limit : {"connect_timeout=5", "tcp_user_timeout=10000", "keepalives_idle=10",
                              "keepalives_interval=5", "keepalives_count=3"}) {
        const std::string_view name(limit, std::string_view(limit).find('=') + 1);
        if (url.find(name) == std::string::npos)
            url += (url.find('?') == std::string::npos ? "?" : "&") + std::string(limit);
    }
    return url;
}

}  // namespace

Session::Session(const PoolSettings& settings) : link_(with_limits(settings.url)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    link_.inhibit_reactivation(true);  // a silently reopened session would have lost its settings
#pragma GCC diagnostic pop
    pqxx::nontransaction tx(link_);
    tx.exec(options(settings));
}

void Session::prepare(const Statement& statement) {
    if (prepared_.contains(statement.name)) return;
    link_.prepare(std::string(statement.name), std::string(statement.sql));
    link_.prepare_now(std::string(statement.name));
    prepared_.insert(statement.name);
}

void Session::plan_once(bool once) {
    if (once == plans_once_) return;
    pqxx::nontransaction tx(link_);
    tx.exec(once ? "set plan_cache_mode = force_generic_plan" : "set plan_cache_mode = auto");
    plans_once_ = once;
}

void translate(Session* session, std::string_view where) {
    const auto at = std::string(where) + ": ";
    try {
        throw;
    } catch (const Error&) {
        throw;
    } catch (const pqxx::in_doubt_error& problem) {
        if (session != nullptr) session->mark_broken();
        throw Error(
            Code::unknown_outcome,
            at + "the link to PostgreSQL broke during commit; it may or may not have happened: " + problem.what());
    } catch (const pqxx::broken_connection& problem) {
        if (session != nullptr) session->mark_broken();
        throw Error(Code::database, at + "the link to PostgreSQL is lost: " + problem.what());
    } catch (const pqxx::sql_error& problem) {
        const auto code = code_of(problem.sqlstate());
        if (session != nullptr && (code == Code::database || !session->link().is_open())) session->mark_broken();
        throw Error(code, at + problem.what(), "{}", problem.sqlstate());
    } catch (const pqxx::failure& problem) {
        if (session != nullptr) session->mark_broken();
        throw Error(Code::database, at + problem.what());
    } catch (const std::logic_error& problem) {
        if (session != nullptr) session->mark_broken();
        throw Error(Code::internal, at + problem.what());
    }
}

pqxx::result execute(pqxx::transaction_base& tx, Session& session, const Statement& statement,
                     const std::vector<Value>& parameters) {
    std::vector<const char*> texts;
    texts.reserve(parameters.size());
    for (const auto& parameter : parameters) texts.push_back(parameter.text() ? parameter.text()->c_str() : nullptr);
    if (statement.name.empty())
        return tx.exec_params(std::string(statement.sql),
                              pqxx::prepare::make_dynamic_params(texts.begin(), texts.end()));
    session.prepare(statement);
    return tx.exec_prepared(std::string(statement.name),
                            pqxx::prepare::make_dynamic_params(texts.begin(), texts.end()));
}

}  // namespace nightshift::core::pg
