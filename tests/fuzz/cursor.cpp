// A cursor that is read is written again as the same; anything else is refused as bad input.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/kit/cursor.h"
#include "core/error/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nightshift;
    try {
        const auto read = api::kit::decode({reinterpret_cast<const char*>(data), size});
        const auto again = api::kit::decode(api::kit::encode(read));
        if (again.order != read.order || again.values != read.values) std::abort();
    } catch (const core::Error& problem) {
        if (problem.status() != 400) std::abort();
    }
    return 0;
}
