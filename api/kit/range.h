// Which part of a file a client wants: RFC 9110, 14 (Range, If-Range). One part a request; what asks for several, or in
// words we don't know, gets the whole, as the RFC allows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nightshift::api::kit {

struct Extent {
    enum class Kind : std::uint8_t { whole, part, unsatisfiable };
    Kind kind = Kind::whole;
    std::uint64_t first = 0, count = 0;  ///< of a part: bytes

    int status() const { return kind == Kind::whole ? 200 : kind == Kind::part ? 206 : 416; }
    /// The Content-Range header of a part or an unsatisfiable request.
    std::string content_range(std::uint64_t size) const;
};

/// `range` and `if_range` as sent, "" when absent; `tag` is the file's strong ETag with its quotes.
Extent wanted_extent(std::string_view range, std::string_view if_range, std::string_view tag, std::uint64_t size);

}  // namespace nightshift::api::kit
