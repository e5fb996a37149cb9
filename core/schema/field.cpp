#include "core/schema/field.h"

#include <algorithm>
#include <cmath>

#include "core/error/error.h"
#include "core/time/time.h"

namespace nightshift::core::schema {
namespace {

using json::object;
using json::value;

constexpr std::size_t kMostProblems = 50, kLongestName = 64;

std::string shown(const value& any) {
    auto text = json::text(any);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

std::string number_text(double number) {
    auto text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string range_problem(const Field& field, double amount, std::string_view what) {
    if (amount < field.rules.min) return "expected at least " + number_text(field.rules.min) + std::string(what);
    if (amount > field.rules.max) return "expected at most " + number_text(field.rules.max) + std::string(what);
    return {};
}

std::vector<std::string_view> split(std::string_view choices) {
    std::vector<std::string_view> out;
    while (!choices.empty()) {
        const auto bar = choices.find('|');
        out.push_back(choices.substr(0, bar));
        choices = bar == std::string_view::npos ? "" : choices.substr(bar + 1);
    }
    return out;
}

bool same_letters(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
}

/// Case does not matter; the listed spelling is what goes on.
std::string check_choice(const Field& field, value& any) {
    const auto choices = split(field.rules.choices);
    const std::string_view given = any.as_string();
    for (const auto choice : choices)
        if (same_letters(choice, given)) {
            any = std::string(choice);
            return {};
        }
    std::string list;
    for (const auto choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
    return "expected one of " + list + "; got " + shown(any) +
           suggestion(given, choices.data(), choices.data() + choices.size());
}

std::string check_texts(const Field& field, const value& any) {
    const auto& list = any.as_array();
    if (!std::ranges::all_of(list, [](const value& one) { return one.is_string(); }))
        return "expected an array of texts";
    return range_problem(field, static_cast<double>(list.size()), " entries");
}

std::string check_text_form(const Field& field, value& any) {
    if (!any.is_string()) return "expected a text, got " + shown(any);
    const std::string_view text = any.as_string();
    switch (field.type) {
        case Type::text:
            if (text.find('\0') != std::string_view::npos) return "expected a text without NUL characters";
            return range_problem(field, static_cast<double>(characters(text)), " characters");
        case Type::uuid:
            return time::is_uuid(text) ? "" : "expected a uuid, got " + shown(any);
        case Type::timestamp:
            return time::parse_rfc3339(text)
                       ? ""
                       : "expected an RFC 3339 time with an offset, from 1678 to 2261, got " + shown(any);
        case Type::date:
            return text.size() == 10 && time::parse_rfc3339(std::string(text) + "T00:00:00Z")
                       ? ""
                       : "expected a date as YYYY-MM-DD, got " + shown(any);
        default:
            return check_choice(field, any);
    }
}

std::string check_amount(const Field& field, const value& any, double (*parse)(std::string_view),
                         std::string_view form) {
    double amount = -1;
    if (any.is_string())
        amount = parse(std::string_view(any.as_string()));
    else if (any.is_number())
        amount = any.to_number<double>();
    if (amount < 0) return "expected " + std::string(form) + ", got " + shown(any);
    if (field.type == Type::size && amount != std::floor(amount)) return "expected whole bytes, got " + shown(any);
    return range_problem(field, amount, "");
}

std::string check(const Field& field, value& any) {
    switch (field.type) {
        case Type::any:
            return {};
        case Type::boolean:
            return any.is_bool() ? "" : "expected true or false, got " + shown(any);
        case Type::integer: {
            const bool whole =
                any.is_int64() || any.is_uint64() ||
                (any.is_double() && std::floor(any.as_double()) == any.as_double() && std::abs(any.as_double()) < 9e15);
            if (!whole) return "expected a whole number, got " + shown(any);
            return range_problem(field, any.to_number<double>(), "");
        }
        case Type::number:
            return any.is_number() ? range_problem(field, any.to_number<double>(), "")
                                   : "expected a number, got " + shown(any);
        case Type::duration:
            return check_amount(field, any, duration_seconds, "a duration such as \"90s\" or \"1h30m\"");
        case Type::size:
            return check_amount(field, any, size_bytes, "a size such as \"64MiB\"");
        case Type::object:
            return any.is_object() ? "" : "expected an object, got " + shown(any);
        case Type::array:
            return any.is_array() ? range_problem(field, static_cast<double>(any.as_array().size()), " entries")
                                  : "expected an array, got " + shown(any);
        case Type::texts:
            return any.is_array() ? check_texts(field, any) : "expected an array of texts, got " + shown(any);
        default:
            return check_text_form(field, any);
    }
}

void report_unknown(std::span<const Field> fields, const object& body, const std::string& prefix, Problems& problems) {
    std::vector<std::string_view> names;
    for (const auto& field : fields) names.push_back(field.name);
    for (const auto& [key, any] : body) {
        const std::string_view name(key.data(), std::min<std::size_t>(key.size(), kLongestName));
        if (problems.size() >= kMostProblems) return;  // a body of junk must not cost more than one of sense
        if (std::ranges::find(names, name) == names.end())
            problems.push_back({prefix + std::string(name),
                                "unknown field" + suggestion(name, names.data(), names.data() + names.size())});
    }
}

void append(Problems& problems, const Problems& more) {
    problems.insert(problems.end(), more.begin(), more.end());
}

void check_elements(const Field& field, json::array& list, const std::string& path, bool partial, Problems& problems) {
    for (std::size_t i = 0; i < list.size() && problems.size() < kMostProblems; ++i) {
        const auto at = path + "[" + std::to_string(i) + "]";
        if (list[i].is_object())
            append(problems, validate(field.rules.fields, list[i].as_object(), at, partial));
        else
            problems.push_back({at, "expected an object, got " + shown(list[i])});
    }
}

void check_field(const Field& field, object& body, const std::string& path, bool partial, Problems& problems) {
    auto* found = body.if_contains(field.name);
    if (found == nullptr) {
        if (field.rules.required && !partial) problems.push_back({path, "required: " + std::string(field.doc)});
        if (field.rules.fallback.empty() || partial) return;
        found = &body.emplace(field.name, json::parse(field.rules.fallback)).first->value();
    }
    if (field.rules.server) return problems.push_back({path, "given by the server; leave it out"});
    if (found->is_null()) {
        if (!field.rules.nullable) problems.push_back({path, "may not be null"});
        return;
    }
    auto problem = check(field, *found);
    if (problem.empty() && field.rules.check != nullptr) problem = field.rules.check(*found);
    if (!problem.empty()) return problems.push_back({path, problem});
    if (field.type == Type::object && !field.rules.fields.empty())
        append(problems, validate(field.rules.fields, found->as_object(), path, partial));
    if (field.type == Type::array && !field.rules.fields.empty())
        check_elements(field, found->as_array(), path, partial, problems);
}

}  // namespace

Problems validate(std::span<const Field> fields, object& body, std::string_view at, bool partial) {
    const auto prefix = at.empty() ? std::string{} : std::string(at) + ".";
    Problems problems;
    report_unknown(fields, body, prefix, problems);
    for (const auto& field : fields) check_field(field, body, prefix + std::string(field.name), partial, problems);
    return problems;
}

void require(std::span<const Field> fields, object& body, std::string_view at, bool partial) {
    const auto problems = validate(fields, body, at, partial);
    if (problems.empty()) return;
    object named;
    std::string message;
    for (const auto& problem : problems) {
        named[problem.path] = problem.message;
        message += (message.empty() ? "" : "; ") + problem.path + ": " + problem.message;
    }
    throw Error(Code::validation, message, json::text(object{{"fields", std::move(named)}}));
}

Error wrong(Code code, const std::string& field, const std::string& message) {
    return {code, field + ": " + message, json::text(object{{"fields", object{{field, message}}}})};
}

}  // namespace nightshift::core::schema
