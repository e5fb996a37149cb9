// Lists: filters, search, order and pages of a resource, all from its columns.
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "api/kit/cursor.h"
#include "api/kit/resource.h"
#include "api/kit/resource_sql.h"
#include "api/kit/router.h"
#include "core/error/error.h"
#include "core/time/time.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
using core::pg::Value;
using core::schema::Type;

constexpr std::array<std::string_view, 7> kOwnArguments = {"skip", "limit", "cursor", "order", "q", "search", "query"};

struct Key {
    std::string name, column;
    bool descending = false, nullable = false;
};

/// The text of a list's statement as it grows, with its values.
struct Draft {
    const Resource& resource;
    const Request& request;
    const Caller& caller;
    std::string where;
    std::vector<Value> values;

    std::string parameter(Value value) {
        values.push_back(std::move(value));
        return "$" + std::to_string(values.size());
    }
};

[[noreturn]] void refuse(std::string_view name, const std::string& expected, std::string_view given) {
    throw Error(Code::validation, std::string(name) + ": expected " + expected + ", got \"" + std::string(given) + '"');
}

std::string_view sql_type(Type type) {
    switch (type) {
        case Type::uuid:
            return "uuid";
        case Type::integer:
            return "bigint";
        case Type::number:
            return "numeric";
        case Type::boolean:
            return "boolean";
        case Type::timestamp:
            return "timestamptz";
        case Type::date:
            return "date";
        default:
            return "text";
    }
}

template <class Number>
bool is_whole(std::string_view text) {
    Number number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size();
}

/// A filter's value, checked; "me" is the caller where a person is asked for.
std::string checked(const Draft& draft, const Column& column, std::string_view name, std::string_view given) {
    if (column.type == Type::uuid && given == "me" && !draft.caller.user.empty()) return draft.caller.user;
    const auto fits = [&] {
        switch (column.type) {
            case Type::uuid:
                return core::time::is_uuid(given);
            case Type::boolean:
                return given == "true" || given == "false";
            case Type::integer:
                return is_whole<std::int64_t>(given);
            case Type::number:
                return is_whole<double>(given) && given.find_first_not_of("-0123456789.") == std::string_view::npos;
            case Type::timestamp:
                return core::time::parse_rfc3339(given).has_value() ||
                       core::time::parse_rfc3339(std::string(given) + "T00:00:00Z").has_value();
            case Type::date:
                return core::time::parse_rfc3339(std::string(given) + "T00:00:00Z").has_value();
            default:
                return true;
        }
    }();
    if (!fits) refuse(name, "a value of type " + std::string(sql_type(column.type)), given);
    return std::string(given);
}

/// What lies between the commas.
std::vector<std::string_view> values_of(std::string_view given) {
    std::vector<std::string_view> values;
    for (auto comma = given.find(','); comma != std::string_view::npos; comma = given.find(',')) {
        values.push_back(given.substr(0, comma));
        given.remove_prefix(comma + 1);
    }
    values.push_back(given);
    return values;
}

void filter_by_equality(Draft& draft, const Column& column, std::string_view name_given, std::string_view given) {
    std::vector<std::string> wanted;
    bool or_null = false;
    for (const auto one : values_of(given)) {
        if (one == "null")
            or_null = true;
        else
            wanted.push_back(checked(draft, column, name_given, one));
    }
    const auto name = "r.\"" + std::string(column.name) + '"';
    std::string condition = or_null ? name + " is null" : "";
    if (!wanted.empty()) {
        if (or_null) condition += " or ";
        const auto type = std::string(sql_type(column.type));
        condition += wanted.size() == 1 ? name + " = " + draft.parameter(wanted.front()) + "::" + type
                                        : name + " = any(" + draft.parameter(wanted) + "::" + type + "[])";
    }
    draft.where += " and (" + condition + ")";
}

constexpr Column kMoments[] = {{"created_at", Type::timestamp, "When it was made.", {}, kFilter},
                               {"updated_at", Type::timestamp, "When it last changed.", {}, kFilter}};

/// The column a filter of this name means; null when there is none.
const Column* filter_column(const Resource& resource, std::string_view name) {
    const auto alias = std::ranges::find(resource.filters, name, &Filter::name);
    if (alias != resource.filters.end()) name = alias->column;
    for (const auto columns : {resource.columns, std::span<const Column>(kMoments)})
        for (const auto& column : columns)
            if (column.name == name && (column.use & kFilter) != 0) return &column;
    return nullptr;
}

/// ?due_date_from= (inclusive) and ?due_date_to= (exclusive)
bool filter_by_range(Draft& draft, std::string_view name, std::string_view given) {
    const bool from = name.ends_with("_from");
    if (!from && !name.ends_with("_to")) return false;
    const auto* column = filter_column(draft.resource, name.substr(0, name.size() - (from ? 5 : 3)));
    if (column == nullptr) return false;
    draft.where += " and r.\"" + std::string(column->name) + (from ? "\" >= " : "\" < ") +
                   draft.parameter(checked(draft, *column, name, given)) + "::" + std::string(sql_type(column->type));
    return true;
}

/// A filter that is no column.
bool filter_by_condition(Draft& draft, std::string_view name, std::string_view given) {
    const auto filter = std::ranges::find_if(
        draft.resource.filters, [&](const Filter& one) { return one.name == name && !one.condition.empty(); });
    if (filter == draft.resource.filters.end()) return false;
    std::vector<std::string> wanted;
    for (const auto one : values_of(given)) wanted.emplace_back(one);
    const auto place = draft.parameter(wanted) + "::text[]";
    std::string condition(filter->condition);
    for (auto at = condition.find('?'); at != std::string::npos; at = condition.find('?', at + place.size()))
        condition.replace(at, 1, place);
    draft.where += " and (" + condition + ")";
    return true;
}

std::string like(std::string_view text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

void search(Draft& draft, std::string_view given) {
    constexpr std::size_t kLongest = 200;
    if (given.empty()) return;
    if (given.size() > kLongest) refuse("q", "at most 200 bytes", given.substr(0, 40));
    std::string condition;
    const auto pattern = draft.parameter(like(given));
    for (const auto& column : draft.resource.columns)
        if ((column.use & kSearch) != 0)
            condition +=
                (condition.empty() ? "" : " or ") + ("r.\"" + std::string(column.name) + "\"") + " ilike " + pattern;
    draft.where += " and (" + (condition.empty() ? "false" : condition) + ")";
}

void take_filters(Draft& draft) {
    for (const auto& [name, given] : draft.request.query) {
        if (name == "q" || name == "search" || name == "query") {
            search(draft, given);
            continue;
        }
        if (std::ranges::find(kOwnArguments, name) != kOwnArguments.end()) continue;
        const auto* column = filter_column(draft.resource, name);
        if (column != nullptr)
            filter_by_equality(draft, *column, name, given);
        else if (!filter_by_condition(draft, name, given) && !filter_by_range(draft, name, given)) {
            std::vector<std::string_view> known(kOwnArguments.begin(), kOwnArguments.end());
            for (const auto& one : draft.resource.columns)
                if ((one.use & kFilter) != 0) known.push_back(one.name);
            for (const auto& one : draft.resource.filters) known.push_back(one.name);
            const auto near = core::suggestion(name, known.data(), known.data() + known.size());
            throw Error(Code::validation,
                        name + ": " + std::string(draft.resource.name) + " have no such filter" + near);
        }
    }
}

std::vector<Key> keys_of(const Resource& resource, std::string_view order) {
    std::vector<Key> keys;
    while (!order.empty()) {
        auto one = order.substr(0, order.find(','));
        order.remove_prefix(std::min(order.size(), one.size() + 1));
        Key key;
        if (one.starts_with('-')) {
            key.descending = true;
            one.remove_prefix(1);
        }
        const auto column = std::ranges::find(resource.columns, one, &Column::name);
        const bool known = column != resource.columns.end();
        if (one != "created_at" && one != "updated_at" &&
            (!known || ((column->use & kSort) == 0 && resource.order.find(one) == std::string_view::npos)))
            refuse("order",
                   "columns of " + std::string(resource.name) + " that can be ordered by, with - before for descending",
                   one);
        key.nullable = known && !column->rules.required;
        key.name = one;
        key.column = "r.\"" + key.name + '"';
        keys.push_back(std::move(key));
    }
    return keys;
}

/// Rows alike are told apart by id, in the direction of what is ordered by: an index on both is then read either way.
bool ids_descend(const std::vector<Key>& keys) {
    return !keys.empty() && keys.back().descending;
}

/// What comes after the cursor's row; rows without a value come last in either direction.
void go_on_after(Draft& draft, const Cursor& cursor, const std::vector<Key>& keys) {
    if (cursor.values.size() != keys.size() + 1 || !cursor.values.back() || !core::time::is_uuid(*cursor.values.back()))
        refuse("cursor", "one of this list and order", cursor.order);
    std::string same = "true", beyond;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& [name, column, descending, nullable] = keys[i];
        const auto& value = cursor.values[i];
        if (value) {
            const auto place = draft.parameter(*value);
            beyond += " or (" + same + " and (" + column + (descending ? " < " : " > ") + place +
                      (nullable ? " or " + column + " is null))" : "))");
            same += " and " + column + " = " + place;
        } else {
            same += " and " + column + " is null";
        }
    }
    draft.where += " and ((" + same + " and r.id " + (ids_descend(keys) ? "<" : ">") + " " +
                   draft.parameter(*cursor.values.back()) + "::uuid)" + beyond + ")";
}

std::string order_of(const std::vector<Key>& keys) {
    std::string order;
    for (const auto& key : keys)
        order += key.column + (key.descending ? " desc" : "") + (key.nullable ? " nulls last, " : ", ");
    return order + (ids_descend(keys) ? "r.id desc" : "r.id");
}

std::string encoded(const std::string& text) {
    std::string out;
    Poco::URI::encode(text, "&=+?#/:;,@!$'()*[]", out);
    return out;
}

void tell_next(Response& response, const Request& request, const Cursor& cursor) {
    const auto text = encode(cursor);
    std::string link = request.path + "?";
    for (const auto& [name, value] : request.query)
        if (name != "cursor" && name != "skip") link += encoded(name) + "=" + encoded(value) + "&";
    response.headers.emplace_back("Link", "<" + link + "cursor=" + text + ">; rel=\"next\"");
    response.headers.emplace_back("X-Next-Cursor", text);
}

/// What is looked for decides the plan: it is made for it.
bool searches(const Request& request) {
    return request.argument("q") || request.argument("search") || request.argument("query");
}

bool is_shown(const Resource& resource, std::string_view name) {
    if (name == "created_at" || name == "updated_at") return true;
    const auto column = std::ranges::find(resource.columns, name, &Column::name);
    return column != resource.columns.end() && (column->use & kWriteOnly) == 0;
}

/// A row too many says that there are more: `next` is told how the last that is shown is ordered.
Response shown_rows(const Resource& resource, const Request& request, const core::pg::Result& rows, Cursor next,
                    const std::vector<Key>& keys) {
    const auto& writer = statements().of(resource).writer;
    const auto shown = std::min(rows.size(), static_cast<std::size_t>(page_of(request).limit));
    std::string body = "[";
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) body += ',';
        writer.put(rows, i, body);
    }
    auto response = core::http::text_response(200, std::move(body += ']'));
    if (rows.size() <= shown) return response;
    for (const auto& key : keys) {
        std::size_t column = 0;
        while (rows.column_name(column) != key.name) ++column;
        next.values.push_back(
            rows.is_null(shown - 1, column) ? std::nullopt : std::optional(std::string(rows.text(shown - 1, column))));
    }
    next.values.emplace_back(std::string(rows.text(shown - 1, 0)));
    tell_next(response, request, next);
    return response;
}

}  // namespace

Response list(core::pg::Pool& pool, const Resource& resource, const Request& request, const Caller& caller,
              std::string_view only, const std::vector<Value>& given) {
    const auto page = page_of(request);
    Draft draft{resource,
                request,
                caller,
                visible(resource, caller.reach(resource.allow.see)),
                {caller.organization, user_of(caller)}};
    draft.values.insert(draft.values.end(), given.begin(), given.end());
    if (!only.empty()) draft.where += " and (" + std::string(only) + ")";
    take_filters(draft);
    const auto order = std::string(request.argument("order").value_or(resource.order));
    const auto keys = keys_of(resource, order);
    if (const auto cursor = request.argument("cursor")) {
        const auto from = decode(*cursor);
        if (from.order != order) refuse("cursor", "one of the same order", from.order);
        go_on_after(draft, from, keys);
    }
    std::string unseen;
    for (const auto& key : keys)
        if (!is_shown(resource, key.name)) unseen += ", " + key.column;
    // How many, in the text: a plan for "so many as $5 says" would be one for a tenth of them all.
    const auto sql = "select " + statements().of(resource).columns + unseen + " from " + std::string(resource.view) +
                     " r where r.organization_id = $1::uuid and ($2::uuid is null or true) and " + draft.where +
                     " order by " + order_of(keys) + " limit " + std::to_string(page.limit + 1) +
                     (page.skip == 0 ? "" : " offset " + draft.parameter(page.skip) + "::int");
    std::string scratch;
    const auto statement = statements().intern(resource.name, sql, scratch);
    auto lease = pool.acquire();
    const auto rows = searches(request) ? core::pg::run_once(lease, statement, draft.values)
                                        : core::pg::run_planned_once(lease, statement, draft.values);
    return shown_rows(resource, request, rows, {order, {}}, keys);
}

std::vector<std::string> ids_of(core::pg::Transaction& tx, const Resource& resource,
                                const std::vector<std::pair<std::string, std::string>>& query, const Caller& caller,
                                std::size_t most) {
    Request request;
    for (const auto& [name, value] : query) {
        if (std::ranges::find(kOwnArguments, name) != kOwnArguments.end() && name != "q" && name != "search" &&
            name != "query")
            throw Error(Code::validation, name + ": is no filter");
        request.query.emplace_back(name, value);
    }
    Draft draft{resource,
                request,
                caller,
                visible(resource, caller.reach(resource.allow.see)),
                {caller.organization, user_of(caller)}};
    take_filters(draft);
    const auto sql = "select r.id::text from " + std::string(resource.view) +
                     " r where r.organization_id = $1::uuid and ($2::uuid is null or true) and " + draft.where +
                     " limit " + draft.parameter(static_cast<std::int64_t>(most)) + "::int";
    std::string scratch;
    const auto rows = tx.run_with(statements().intern(resource.name, sql, scratch), draft.values);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i) ids.emplace_back(rows.text(i, 0));
    return ids;
}

}  // namespace nightshift::api::kit
