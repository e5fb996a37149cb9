// The one exception type: thrown for what a function cannot decide itself. It answers questions instead of forming a
// hierarchy. Form of every message: where, what was expected, what came, the nearest known name.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/error/code.h"

namespace nightshift::core {

class Error : public std::runtime_error {
public:
    Error(Code code, const std::string& message, std::string details_json = "{}", std::string sqlstate = {})
        : std::runtime_error(message), code_(code), details_(std::move(details_json)), sqlstate_(std::move(sqlstate)) {}

    Code code() const { return code_; }
    int status() const { return row_of(code_).status; }
    std::string_view name() const { return row_of(code_).name; }
    bool again() const { return row_of(code_).again == Again::later; }
    /// A JSON object's text, for the body's `details`.
    const std::string& details() const { return details_; }
    /// Empty unless the database said it.
    const std::string& sqlstate() const { return sqlstate_; }

private:
    Code code_;
    std::string details_;
    std::string sqlstate_;
};

/// `did you mean "x"?` or nothing: the known name within an edit distance of a third of the word's length.
std::string suggestion(std::string_view given, const std::string_view* first, const std::string_view* last);

}  // namespace nightshift::core
