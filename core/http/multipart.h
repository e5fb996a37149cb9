// multipart/form-data (RFC 7578), of a body that is in memory already: its parts are views into it. Strict: what two
// readers could read differently is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::http {

struct Part {
    std::string name;                     ///< of the form's field
    std::optional<std::string> filename;  ///< as the client calls the file; never a path to use
    std::string content_type;             ///< as claimed, or ""
    std::string_view body;
};

/// Whether a Content-Type is multipart/form-data.
bool is_multipart(std::string_view content_type);

/// The parts, in order. Throws Error(validation) saying what is wrong with the form: no boundary, a part that does not
/// end, headers that are too long, more than `most` parts.
std::vector<Part> parts_of(std::string_view content_type, std::string_view body, std::size_t most = 32);

/// The filename a Content-Disposition header names, its filename* before its filename (RFC 6266 4.3); "" without one.
std::string filename_of(std::string_view content_disposition);

}  // namespace nightshift::core::http
