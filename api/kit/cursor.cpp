#include "api/kit/cursor.h"

#include "core/error/error.h"
#include "core/json/json.h"
#include "core/text/base64.h"

namespace nightshift::api::kit {
namespace json = core::json;

std::string encode(const Cursor& cursor) {
    json::array values;
    for (const auto& value : cursor.values) values.push_back(value ? json::value(*value) : json::value(nullptr));
    return core::text::base64url(json::text(json::object{{"o", cursor.order}, {"v", std::move(values)}}));
}

Cursor decode(std::string_view text) {
    constexpr std::size_t kLongest = 4096;
    try {
        if (text.size() > kLongest) throw core::Error(core::Code::validation, "too long");
        const auto document = json::parse_object(core::text::from_base64url(text));
        Cursor cursor{std::string(document.at("o").as_string()), {}};
        for (const auto& value : document.at("v").as_array())
            cursor.values.push_back(value.is_null() ? std::nullopt : std::optional(std::string(value.as_string())));
        return cursor;
    } catch (const std::exception&) {
        throw core::Error(core::Code::validation, "cursor: expected one that a list of this server gave");
    }
}

}  // namespace nightshift::api::kit
