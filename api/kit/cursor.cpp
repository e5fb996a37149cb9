#include "api/kit/cursor.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

#include <iterator>
#include <sstream>

#include "core/error/error.h"
#include "core/json/json.h"

namespace nightshift::api::kit {
namespace json = core::json;

std::string encode(const Cursor& cursor) {
    json::array values;
    for (const auto& value : cursor.values) values.push_back(value ? json::value(*value) : json::value(nullptr));
    std::ostringstream out;
    Poco::Base64Encoder encoder(out, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
    encoder << json::text(json::object{{"o", cursor.order}, {"v", std::move(values)}});
    encoder.close();
    return out.str();
}

Cursor decode(std::string_view text) {
    constexpr std::size_t kLongest = 4096;
    try {
        if (text.size() > kLongest) throw core::Error(core::Code::validation, "too long");
        std::istringstream in{std::string(text)};
        Poco::Base64Decoder decoder(in, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
        const auto document = json::parse_object(std::string(std::istreambuf_iterator<char>(decoder), {}));
        Cursor cursor{std::string(document.at("o").as_string()), {}};
        for (const auto& value : document.at("v").as_array())
            cursor.values.push_back(value.is_null() ? std::nullopt : std::optional(std::string(value.as_string())));
        return cursor;
    } catch (const std::exception&) {
        throw core::Error(core::Code::validation, "cursor: expected one that a list of this server gave");
    }
}

}  // namespace nightshift::api::kit
