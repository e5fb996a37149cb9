#include "queue/submit.h"

#include <algorithm>
#include <functional>
#include <type_traits>

#include "core/error/error.h"
#include "core/time/time.h"
#include "queue/kinds.h"
#include "queue/known_queue.h"
#include "queue/sql.h"

namespace nightshift::queue {
namespace {

using core::Code;
using core::Error;
using core::pg::Transaction;

/// A submission with every default filled in, in the database's text forms.
struct Row {
    std::string id, organization, kind, queue, state, not_before, args;
    std::int64_t priority = 0, max_attempts = 0, timeout_ms = 0;
    const Submission* from = nullptr;
};

Row row_of(const Submission& from) {
    const auto& kind = require_kind(from.kind);
    auto args = from.args;
    core::schema::require(kind.args, args, "args");
    if (from.priority && (*from.priority < 0 || *from.priority > 4))
        throw Error(Code::validation,
                    "priority: expected 0 (first) to 4 (last), got " + std::to_string(*from.priority));
    Row row;
    row.from = &from;
    row.id = from.id.empty() ? core::time::uuid7() : from.id;
    row.organization = from.organization;
    row.kind = from.kind;
    row.queue = from.queue.value_or(std::string(kind.queue));
    row.state = !from.after.empty() ? "waiting" : from.not_before ? "scheduled" : "ready";
    if (from.not_before) row.not_before = core::time::rfc3339(*from.not_before);
    row.args = json::text(args);
    row.priority = from.priority.value_or(kind.priority);
    row.max_attempts = from.max_attempts.value_or(kind.max_attempts);
    row.timeout_ms = from.timeout.value_or(kind.timeout).count();
    return row;
}

/// A value of each row, by a member or a function.
template <class Of>
auto column(const std::vector<Row>& rows, Of of) {
    std::vector<std::decay_t<std::invoke_result_t<Of, const Row&>>> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(std::invoke(of, row));
    return values;
}

/// What is the same in every row is sent and read once.
template <class Of>
auto brief(const std::vector<Row>& rows, Of of) {
    const auto& first = std::invoke(of, rows.front());
    const bool is_same = std::ranges::all_of(rows, [&](const Row& row) { return std::invoke(of, row) == first; });
    return is_same ? std::vector{first} : column(rows, of);
}

void insert_many(Transaction& tx, const std::vector<Row>& rows) {
    const auto given = [&](std::string Submission::*member) {
        return brief(rows, [member](const Row& row) -> const std::string& { return row.from->*member; });
    };
    const auto of = [&](auto member) { return brief(rows, member); };
    tx.run(sql::submit, column(rows, &Row::id), of(&Row::organization), of(&Row::kind), of(&Row::queue),
           of(&Row::state), of(&Row::priority), of(&Row::max_attempts), of(&Row::timeout_ms), of(&Row::not_before),
           given(&Submission::concurrency_key), given(&Submission::schedule_id), given(&Submission::redriven_from),
           given(&Submission::origin), given(&Submission::trace_parent), of(&Row::args), given(&Submission::owner));
}

/// Parents must be live or have succeeded; a child of a failed or unknown run would wait for ever.
void tie_to_parents(Transaction& tx, const Row& row) {
    const auto parents = tx.run(sql::dependency_parents, row.from->after);
    std::vector<std::string> live;
    for (std::size_t i = 0; i < parents.size(); ++i) {
        const auto state = parents.text(i, 1);
        if (state == "live")
            live.emplace_back(parents.text(i, 0));
        else if (state != "succeeded")
            throw Error(Code::rule, "after: the run " + std::string(parents.text(i, 0)) + " is " + std::string(state) +
                                        " and will not succeed; name live or succeeded runs");
    }
    if (!live.empty()) tx.run(sql::dependency_insert, row.id, live);
}

std::vector<core::pg::Value> values_of(const Row& row) {
    return {row.id,
            row.organization,
            row.kind,
            row.queue,
            row.state,
            row.priority,
            row.max_attempts,
            row.timeout_ms,
            row.not_before,
            row.from->concurrency_key,
            row.from->schedule_id,
            row.from->redriven_from,
            row.from->origin,
            row.from->trace_parent,
            row.args,
            row.from->unique_key,
            row.from->owner};
}

bool insert_one(Transaction& tx, const Row& row) {
    return !tx.run_with(sql::submit_one, values_of(row)).empty();
}

/// The holder may end between our insert and our look; then the key is free and the next try takes it.
Submitted submit_unique(Transaction& tx, const Row& row) {
    constexpr int kTries = 5;
    for (int i = 0; i < kTries; ++i) {
        if (insert_one(tx, row)) return {row.id, true, row.queue};
        const auto holder = tx.run(sql::submit_unique_holder, row.organization, row.from->unique_key);
        if (holder.empty()) continue;
        const std::string id(holder.text(0, 0));
        if (row.from->on_conflict == OnConflict::reject)
            throw Error(Code::conflict, "unique_key: the live run " + id + " holds \"" + row.from->unique_key + "\"",
                        json::text(json::object{{"run_id", id}}));
        if (row.from->on_conflict == OnConflict::replace)
            tx.run(sql::submit_unique_replace, id, row.args, row.priority, row.max_attempts, row.timeout_ms, row.state,
                   row.not_before);
        return {id, false, std::string(holder.text(0, 2))};
    }
    throw Error(Code::unavailable, "unique_key: \"" + row.from->unique_key + "\" changes hands too fast; try again");
}

std::vector<Submitted> inserted(Transaction& tx, const std::vector<Submission>& submissions) {
    std::vector<Row> rows;
    rows.reserve(submissions.size());
    for (const auto& submission : submissions) rows.push_back(row_of(submission));
    std::vector<Row> plain;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(plain),
                 [](const Row& row) { return row.from->unique_key.empty(); });
    if (plain.size() == 1) insert_one(tx, plain.front());
    if (plain.size() > 1) insert_many(tx, plain);
    std::vector<Submitted> submitted;
    submitted.reserve(rows.size());
    for (const auto& row : rows) {
        submitted.push_back(row.from->unique_key.empty() ? Submitted{row.id, true, row.queue} : submit_unique(tx, row));
        if (!row.from->after.empty() && submitted.back().created) tie_to_parents(tx, row);
    }
    return submitted;
}

}  // namespace

std::vector<Submitted> submit(Transaction& tx, const std::vector<Submission>& submissions) {
    return into_known_queue([&] { return inserted(tx, submissions); });
}

Submitted submit(Transaction& tx, const Submission& submission) {
    return submit(tx, std::vector{submission}).front();
}

Submitted submit_alone(core::pg::Pool& pool, const Submission& submission) {
    auto lease = pool.acquire();
    if (submission.unique_key.empty() && submission.after.empty()) {
        const auto row = row_of(submission);
        into_known_queue([&] { return core::pg::run_once(lease, sql::submit_one, values_of(row)); });
        return {row.id, true, row.queue};
    }
    Transaction tx(lease);
    auto submitted = submit(tx, submission);
    tx.commit();
    return submitted;
}

}  // namespace nightshift::queue
