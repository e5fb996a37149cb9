// A form: its parts lie in the body, one behind the other, or it is refused. The first line is the Content-Type.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error/error.h"
#include "core/http/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nightshift::core;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto type = text.substr(0, text.find('\n'));
    const auto body = text.substr(std::min(text.size(), type.size() + 1));
    try {
        http::filename_of(type);
        if (!http::is_multipart(type)) return 0;
        const char* end = body.data();
        for (const auto& part : http::parts_of(type, body)) {
            if (part.body.data() < end || part.body.data() + part.body.size() > body.data() + body.size()) std::abort();
            end = part.body.data() + part.body.size();
        }
    } catch (const Error& problem) {
        if (problem.status() != 400) std::abort();
    }
    return 0;
}
