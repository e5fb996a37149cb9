// JSON that is read can be written and read again, and bodies are checked against fields without a word but Error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error/error.h"
#include "core/json/json.h"
#include "core/schema/field.h"

namespace {

using nightshift::core::schema::Field;
using nightshift::core::schema::Type;

constexpr Field kInner[] = {{"n", Type::integer, "N.", {.min = 0, .max = 9}}};
constexpr Field kFields[] = {{"name", Type::text, "N.", {.min = 1, .max = 20, .required = true}},
                             {"when", Type::timestamp, "W."},
                             {"id", Type::uuid, "I.", {.nullable = true}},
                             {"hours", Type::number, "H.", {.min = 0, .max = 10}},
                             {"span", Type::duration, "S."},
                             {"size", Type::size, "S."},
                             {"day", Type::date, "D."},
                             {"tags", Type::texts, "T.", {.max = 3}},
                             {"inner", Type::object, "O.", {.fields = kInner}},
                             {"list", Type::array, "L.", {.max = 3, .fields = kInner}},
                             {"kind", Type::choice, "C.", {.choices = "a|b"}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace json = nightshift::core::json;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto value = json::parse(text);
        if (json::parse(json::text(value)).kind() != value.kind()) std::abort();
        auto body = json::parse_object(text);
        nightshift::core::schema::require(kFields, body, "");
    } catch (const nightshift::core::Error& problem) {
        if (problem.status() / 100 != 4) std::abort();
    }
    return 0;
}
