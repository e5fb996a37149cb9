// PostgreSQL: a pool of connections, transactions, named statements. The only room that knows libpqxx.
// A broken session is never silently reopened: it is thrown away and a new one is set up from the start.
//
//   auto lease = pool.acquire();                     // throws Error(unavailable) after the wait limit
//   Transaction tx(lease, {.actor = "api", .organization = org});
//   auto rows = tx.run(sql::claim, ids, now);
//   tx.commit();                                     // Error(unknown_outcome) when the link broke in the middle of it
//
// A Pool may be used by any thread; a Lease, Transaction and Result belong to one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pg/statement.h"

namespace nightshift::core::pg {

/// One parameter in PostgreSQL's text form.
class Value {
public:
    Value(std::nullptr_t) {}
    Value(std::nullopt_t) {}
    Value(bool flag) : text_(flag ? "true" : "false") {}
    Value(int number) : text_(std::to_string(number)) {}
    Value(long number) : text_(std::to_string(number)) {}
    Value(long long number) : text_(std::to_string(number)) {}
    Value(unsigned number) : text_(std::to_string(number)) {}
    Value(unsigned long number) : text_(std::to_string(number)) {}
    Value(double number);
    Value(const char* text) : text_(text) {}
    Value(std::string text) : text_(std::move(text)) {}
    Value(std::string_view text) : text_(text) {}
    /// RFC 3339 with microseconds, UTC.
    Value(std::chrono::system_clock::time_point moment);
    Value(const std::vector<std::string>& array);
    Value(const std::vector<std::int64_t>& array);
    template <class T>
    Value(const std::optional<T>& maybe) {
        if (maybe) *this = Value(*maybe);
    }
    const std::optional<std::string>& text() const { return text_; }

private:
    std::optional<std::string> text_;
};

/// The rows of an answer. Text form; empty view for null (ask is_null).
class Result {
public:
    struct Impl;
    explicit Result(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::size_t affected() const;
    std::size_t columns() const;
    std::string_view column_name(std::size_t column) const;
    std::string_view text(std::size_t row, std::size_t column) const;
    bool is_null(std::size_t row, std::size_t column) const;
    std::int64_t number(std::size_t row, std::size_t column) const;
    double real(std::size_t row, std::size_t column) const;
    bool flag(std::size_t row, std::size_t column) const;
    std::chrono::system_clock::time_point time(std::size_t row, std::size_t column) const;

private:
    friend class RowWriter;
    std::shared_ptr<const Impl> impl_;
};

class Session;

struct PoolSettings {
    std::string url;  ///< postgresql://...
    std::size_t size = 8;
    std::chrono::milliseconds wait{5000};  ///< how long acquire may wait
    std::chrono::milliseconds statement_timeout{30000};
    std::string name = "nightshift";  ///< application_name
    /// Sessions report commits before they are on disk. Only where losing one in a crash of PostgreSQL is harmless.
    bool relaxed = false;
    /// Plans go by index whatever the statistics say: for statements over a table that is empty in one second and
    /// millions of rows long in the next, which no cached plan survives otherwise.
    bool by_index = false;
};

struct PoolState {
    std::size_t size = 0, open = 0, in_use = 0, waiting = 0;
    std::uint64_t failures = 0;
};

class Pool;

/// A connection on loan; goes back by itself, or is thrown away when it broke.
class Lease {
public:
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Session& session() { return *session_; }

private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Session> session);
    Pool* pool_;
    std::unique_ptr<Session> session_;
};

class Pool {
public:
    explicit Pool(PoolSettings settings);
    ~Pool();
    /// Throws Error(unavailable): no connection free in time, or the database is down.
    Lease acquire();
    PoolState state() const;
    const PoolSettings& settings() const;

private:
    friend class Lease;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Who does it and for whom: set on the transaction, read by triggers and row security.
struct Scope {
    std::string actor = "system";
    std::string organization = {};
    bool read_only = false;
    /// The commit may be reported before it is on disk. Only where losing it in a crash of PostgreSQL is harmless.
    bool relaxed = false;
};

/// One statement that commits by itself: one round trip. When the link breaks in it, Error(unknown_outcome).
Result run_once(Lease& lease, const Statement& statement, const std::vector<Value>& parameters);

template <class... Parameters>
Result once(Pool& pool, const Statement& statement, const Parameters&... parameters) {
    auto lease = pool.acquire();
    return run_once(lease, statement, std::vector<Value>{Value(parameters)...});
}

/// Rolled back unless committed. Errors of the database come as Error with sqlstate; a lost link as Error(database).
class Transaction {
public:
    explicit Transaction(Lease& lease, const Scope& scope = {});
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    template <class... Parameters>
    Result run(const Statement& statement, const Parameters&... parameters) {
        return run_with(statement, std::vector<Value>{Value(parameters)...});
    }
    Result run_with(const Statement& statement, const std::vector<Value>& parameters);

    /// Text without parameters, for migrations and `copy`-like odds; never with input in it.
    Result execute(std::string_view sql);

    /// Rows through a server-side cursor, `batch` at a time, until `row` returns false or there are none: constant
    /// memory. `row` gets the batch and the row's number in it.
    template <class Each>
    void stream(const Statement& statement, const std::vector<Value>& parameters, std::size_t batch, Each&& row) {
        open_cursor(statement, parameters);
        for (;;) {
            const auto rows = fetch(batch);
            for (std::size_t i = 0; i < rows.size(); ++i)
                if (!row(rows, i)) return close_cursor();
            if (rows.size() < batch) return close_cursor();
        }
    }

    void commit();

private:
    void open_cursor(const Statement& statement, const std::vector<Value>& parameters);
    Result fetch(std::size_t batch);
    void close_cursor();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace nightshift::core::pg
