#include <charconv>

#include "core/error/error.h"
#include "core/pg/session.h"
#include "core/time/time.h"

namespace nightshift::core::pg {
namespace {

/// An array's text: every element quoted, so that no content can break out.
template <class Range, class Text>
std::string array_text(const Range& range, Text&& put) {
    std::string out = "{";
    for (const auto& element : range) {
        if (out.size() > 1) out += ',';
        put(out, element);
    }
    return out += '}';
}

template <class Number>
Number parse(std::string_view text) {
    Number number{};
    const auto end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc{} || at != end)
        throw Error(Code::internal, "database answer: expected a number, got \"" + std::string(text) + "\"");
    return number;
}

}  // namespace

Value::Value(double number) {
    char buffer[32];
    const auto [end, failure] = std::to_chars(buffer, buffer + sizeof buffer, number);
    text_ = failure == std::errc{} ? std::string(buffer, end) : "NaN";
}

Value::Value(std::chrono::system_clock::time_point moment) : text_(time::rfc3339(moment)) {}

Value::Value(const std::vector<std::string>& array)
    : text_(array_text(array, [](std::string& out, const std::string& element) {
          out += '"';
          for (const char c : element) {
              if (c == '"' || c == '\\') out += '\\';
              out += c;
          }
          out += '"';
      })) {}

Value::Value(const std::vector<std::int64_t>& array)
    : text_(array_text(array, [](std::string& out, std::int64_t element) { out += std::to_string(element); })) {}

std::size_t Result::size() const {
    return impl_->rows.size();
}
std::size_t Result::affected() const {
    return impl_->rows.affected_rows();
}
std::size_t Result::columns() const {
    return impl_->rows.columns();
}

std::string_view Result::column_name(std::size_t column) const {
    return impl_->rows.column_name(static_cast<pqxx::row::size_type>(column));
}

namespace {
pqxx::field at(const pqxx::result& rows, std::size_t row, std::size_t column) {
    return rows[static_cast<pqxx::result::size_type>(row)][static_cast<pqxx::row::size_type>(column)];
}
}  // namespace

std::string_view Result::text(std::size_t row, std::size_t column) const {
    const auto field = at(impl_->rows, row, column);
    return {field.c_str(), field.size()};
}

bool Result::is_null(std::size_t row, std::size_t column) const {
    return at(impl_->rows, row, column).is_null();
}
std::int64_t Result::number(std::size_t row, std::size_t column) const {
    return parse<std::int64_t>(text(row, column));
}
double Result::real(std::size_t row, std::size_t column) const {
    return parse<double>(text(row, column));
}
bool Result::flag(std::size_t row, std::size_t column) const {
    return text(row, column) == "t";
}

std::chrono::system_clock::time_point Result::time(std::size_t row, std::size_t column) const {
    std::string rfc(text(row, column));
    if (rfc.ends_with("+00")) rfc += ":00";  // PostgreSQL's ISO form leaves the minutes of the offset out
    const auto moment = time::parse_rfc3339(rfc);
    if (!moment)
        throw Error(Code::internal, "database answer: expected a time, got \"" + std::string(text(row, column)) + "\"");
    return *moment;
}

}  // namespace nightshift::core::pg
