#include "daemon/commands/console/input.h"

#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>

#include "core/error/error.h"
#include "core/schema/field.h"
#include "core/time/time.h"
#include "daemon/commands/console/show.h"

namespace nightshift::daemon::console {

using core::Code;
using core::Error;

std::chrono::milliseconds duration(const std::string& option, const std::string& text) {
    if (text.empty()) return std::chrono::milliseconds(0);
    const double seconds = core::schema::duration_seconds(text);
    if (seconds <= 0)
        throw Error(Code::validation, option + ": expected a duration such as 90s, 5m or 7d, got \"" + text + "\"");
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

core::json::object json_argument(const std::string& option, const std::string& text) {
    std::string content = text;
    if (text == "-") content.assign(std::istreambuf_iterator<char>(std::cin), {});
    if (text.starts_with('@')) {
        std::ifstream file(text.substr(1), std::ios::binary);
        if (!file) throw Error(Code::validation, option + ": the file \"" + text.substr(1) + "\" can't be read");
        content.assign(std::istreambuf_iterator<char>(file), {});
    }
    try {
        return core::json::parse_object(content);
    } catch (const Error& problem) {
        throw Error(Code::validation, option + ": expected a JSON object, @file or -; " + problem.what());
    }
}

std::string id_of(const Api& api, const std::string& list, const std::string& id_or_name) {
    if (core::time::is_uuid(id_or_name)) return id_or_name;
    constexpr std::size_t kPage = 200;
    for (std::size_t skip = 0;; skip += kPage) {
        const auto page = api.get(list + "?limit=" + std::to_string(kPage) + "&skip=" + std::to_string(skip));
        for (const auto& one : page.as_array())
            if (text(one, "name") == id_or_name) return text(one, "id");
        if (page.as_array().size() < kPage)
            throw Error(Code::validation, "expected an id or a name, got \"" + id_or_name + "\", which is neither");
    }
}

}  // namespace nightshift::daemon::console
