// One table of fields, read by every door: REST bodies, arguments of kinds, YAML configuration, OpenAPI.
//
//   inline constexpr Field fields[] = {
//       {"name",   Type::text,    "What to call it.",      {.max = 120, .required = true}},
//       {"format", Type::choice,  "The file's format.",    {.fallback = "\"CSV\"", .choices = "CSV|JSON|XLSX|PDF"}},
//   };
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error/error.h"
#include "core/json/json.h"

namespace nightshift::core::schema {

/// duration: "15m", "1h30m", "250ms" or a number of seconds; size: "64MiB"; choice: one of `choices`.
enum class Type {
    text,
    integer,
    number,
    boolean,
    uuid,
    timestamp,
    date,
    duration,
    size,
    choice,
    object,
    array,
    texts,
    any
};

/// Says what is wrong with a value that has the right type, or nothing.
using Check = std::string (*)(const json::value&);

struct Rules {
    double min = std::numeric_limits<double>::lowest();  ///< of a number; in seconds or bytes for duration and size
    double max = std::numeric_limits<double>::max();     ///< of a number, or the length of a text or array
    bool required = false;
    bool nullable = false;
    bool server = false;                        ///< given by us, refused from outside
    std::string_view fallback = {};             ///< JSON text
    std::string_view choices = {};              ///< "a|b|c"
    std::span<const struct Field> fields = {};  ///< of an object, or of each object of an array; empty: any
    Check check = nullptr;
};

struct Field {
    std::string_view name;
    Type type;
    std::string_view doc;
    Rules rules = {};
};

/// Where and what: {"args.format", "expected one of CSV, JSON, got \"DOC\""}.
struct Problem {
    std::string path;
    std::string message;
};
using Problems = std::vector<Problem>;

/// Every problem of the body at once: unknown, missing, wrong type, out of range. Fills fallbacks into `body` when
/// there is none. `partial`: missing required fields are fine (PATCH).
Problems validate(std::span<const Field> fields, json::object& body, std::string_view at = {}, bool partial = false);

/// Throws Error(validation) with details {"fields": {"path": "message"}} when there are problems.
void require(std::span<const Field> fields, json::object& body, std::string_view at = {}, bool partial = false);
/// One field is wrong: "field: message", and named in `details.fields` as `require` does.
Error wrong(Code code, const std::string& field, const std::string& message);

/// The JSON Schema (2020-12, as OpenAPI 3.1 has it) of an object with these fields.
json::object json_schema(std::span<const Field> fields);

/// Seconds of a duration's text ("1h30m", "250ms"); negative when it is none.
double duration_seconds(std::string_view text);
/// Bytes of a size's text ("64MiB", "10MB", "512"); negative when it is none.
double size_bytes(std::string_view text);

}  // namespace nightshift::core::schema
