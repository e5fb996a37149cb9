// What a request is taken apart into: its target, and the headers that are read by hand.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/kit/headers.h"
#include "core/http/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nightshift;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto target = core::http::parse_target(text)) {
        if (!target->path.starts_with('/') || target->path.find('\0') != std::string::npos) std::abort();
        if (("/" + target->path + "/").find("/../") != std::string::npos) std::abort();
    }
    const core::http::Request request{.headers = {{"prefer", std::string(text)}, {"accept", std::string(text)}}};
    api::kit::preference(request, "wait");
    api::kit::accepts(request, "application/json");
    api::kit::is_json(text);
    api::kit::bearer_token(text);
    return 0;
}
