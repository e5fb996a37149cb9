#include "core/pg/rows.h"

#include <algorithm>

#include "core/error/error.h"
#include "core/pg/session.h"

namespace nightshift::core::pg {
namespace {

void put_text(std::string_view text, std::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out += text.substr(done, i - done);
        done = i + 1;
        constexpr std::string_view kShort = "\b\f\n\r\t\"\\", kLetters = "bfnrt\"\\";
        if (const auto at = kShort.find(text[i]); at != std::string_view::npos)
            (out += '\\') += kLetters[at];
        else
            ((out += "\\u00") += kHex[c >> 4U]) += kHex[c & 15U];
    }
    out += text.substr(done);
    out += '"';
}

/// "2026-03-02 09:30:00.12+00" is 2026-03-02T09:30:00.12+00:00 in JSON, years before Christ and all.
void put_moment(std::string_view text, std::string& out) {
    const auto gap = text.find(' ');
    out += '"';
    if (gap == std::string_view::npos) {  // infinity
        (out += text) += '"';
        return;
    }
    const auto end = std::min(text.find(' ', gap + 1), text.size());
    const auto clock = text.substr(gap + 1, end - gap - 1);
    ((out += text.substr(0, gap)) += 'T') += clock;
    if (const auto sign = clock.find_first_of("+-"); sign != std::string_view::npos && clock.size() == sign + 3)
        out += ":00";
    (out += text.substr(end)) += '"';
}

void put_value(std::string_view text, Form form, bool is_null, std::string& out) {
    // NaN and Infinity are no numbers in JSON.
    if (form == Form::number && text.find_first_not_of("-+.0123456789e") != std::string_view::npos) form = Form::text;
    if (is_null)
        out += "null";
    else if (form == Form::flag)
        out += text == "t" ? "true" : "false";
    else if (form == Form::moment)
        put_moment(text, out);
    else if (form == Form::text)
        put_text(text, out);
    else
        out += text;
}

}  // namespace

RowWriter::RowWriter(const std::vector<std::pair<std::string_view, Form>>& columns) {
    for (const auto& [name, form] : columns) {
        std::string quoted(1, columns_.empty() ? '{' : ',');
        put_text(name, quoted);
        columns_.push_back({quoted + ':', form});
    }
}

/// One iterator goes over the whole row: a field of its own for each value would copy the result's handle twice.
void RowWriter::put(const Result& rows, std::size_t row, std::string& out) const {
    const auto line = rows.impl_->rows[static_cast<pqxx::result::size_type>(row)];
    auto field = line.begin();
    for (const auto& column : columns_) {
        out += column.name;
        put_value({field->c_str(), field->size()}, column.form, field->is_null(), out);
        ++field;
    }
    out += '}';
}

Result run_by_any_plan(Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
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

namespace {

Result run_with_plans(bool once, Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
    try {
        lease.session().plan_once(once);
    } catch (...) {
        lease.session().mark_broken();
        translate(&lease.session(), statement.name);
    }
    return run_by_any_plan(lease, statement, parameters);
}

}  // namespace

Result run_once(Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
    return run_with_plans(false, lease, statement, parameters);
}

Result run_planned_once(Lease& lease, const Statement& statement, const std::vector<Value>& parameters) {
    return run_with_plans(true, lease, statement, parameters);
}

}  // namespace nightshift::core::pg
