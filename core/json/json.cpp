#include "core/json/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <vector>

#include "core/error/error.h"

namespace nightshift::core::json {
namespace {

/// Boost's own parser keeps the last of two equal keys; this one builds the value and refuses the second.
struct Handler {
    static constexpr std::size_t max_array_size = 1'000'000;
    static constexpr std::size_t max_object_size = 100'000;
    static constexpr std::size_t max_string_size = 64UL << 20U;
    static constexpr std::size_t max_key_size = 4096;
    using string_view = boost::json::string_view;
    using error_code = boost::json::error_code;

    std::vector<value> stack;
    std::vector<std::string> keys;
    std::string pending;
    std::string duplicate;
    value root;

    bool put(value any, error_code& failure) {
        if (stack.empty()) {
            root = std::move(any);
            return true;
        }
        auto& top = stack.back();
        if (auto* list = top.if_array()) {
            list->push_back(std::move(any));
            return true;
        }
        auto key = std::move(keys.back());
        keys.pop_back();
        if (!top.as_object().emplace(key, std::move(any)).second) {
            duplicate = key;
            failure = boost::json::error::syntax;
            return false;
        }
        return true;
    }
    bool close(error_code& failure) {
        auto done = std::move(stack.back());
        stack.pop_back();
        return put(std::move(done), failure);
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return stack.emplace_back(object{}), true; }
    bool on_object_end(std::size_t, error_code& failure) { return close(failure); }
    bool on_array_begin(error_code&) { return stack.emplace_back(array{}), true; }
    bool on_array_end(std::size_t, error_code& failure) { return close(failure); }
    bool on_key_part(string_view part, std::size_t, error_code&) { return pending.append(part), true; }
    bool on_key(string_view part, std::size_t, error_code&) {
        pending.append(part);
        keys.push_back(std::move(pending));
        pending.clear();
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return pending.append(part), true; }
    bool on_string(string_view part, std::size_t, error_code& failure) {
        pending.append(part);
        value made(pending);
        pending.clear();
        return put(std::move(made), failure);
    }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, string_view, error_code& failure) { return put(number, failure); }
    bool on_uint64(std::uint64_t number, string_view, error_code& failure) { return put(number, failure); }
    bool on_double(double number, string_view, error_code& failure) { return put(number, failure); }
    bool on_bool(bool flag, error_code& failure) { return put(flag, failure); }
    bool on_null(error_code& failure) { return put(nullptr, failure); }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

}  // namespace

value parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kMaxDepth;
    boost::json::basic_parser<Handler> parser(options);
    boost::json::error_code failure;
    const auto read = parser.write_some(false, text.data(), text.size(), failure);
    auto& handler = parser.handler();
    if (!handler.duplicate.empty())
        throw Error(Code::bad_json, "body: the key \"" + handler.duplicate + "\" stands twice in one object; keep one");
    if (failure)
        throw Error(Code::bad_json, "body: not valid JSON at byte " + std::to_string(read) + ": " + failure.message());
    const auto rest = text.substr(read).find_first_not_of(" \t\r\n");
    if (rest != std::string_view::npos)
        throw Error(Code::bad_json,
                    "body: text after the end of the JSON document at byte " + std::to_string(read + rest));
    return std::move(handler.root);
}

object parse_object(std::string_view text) {
    auto any = parse(text);
    if (!any.is_object()) throw Error(Code::validation, "body: expected a JSON object");
    return std::move(any.as_object());
}

std::string text_in(const object& any, std::string_view name) {
    const auto* found = any.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string{};
}

std::vector<std::string> texts(const value& list) {
    std::vector<std::string> all;
    if (list.is_array())
        for (const auto& one : list.as_array()) all.emplace_back(one.as_string());
    return all;
}

}  // namespace nightshift::core::json
