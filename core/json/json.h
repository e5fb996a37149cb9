// JSON at the door: strict. Duplicate keys, more than 32 levels, bad UTF-8 and trailing text are refused, with where.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

inline constexpr std::size_t kMaxDepth = 32;

/// Throws Error(bad_json) naming the byte and the reason.
value parse(std::string_view text);

/// Like parse, but the document must be an object.
object parse_object(std::string_view text);

/// The text member of that name; "" when it is missing or something else.
std::string text_in(const object& any, std::string_view name);

/// The texts of a list; none of what is no list.
std::vector<std::string> texts(const value& list);

inline std::string text(const value& any) {
    return boost::json::serialize(any);
}
inline std::string text(const object& any) {
    return boost::json::serialize(any);
}

}  // namespace nightshift::core::json
