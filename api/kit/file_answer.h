// A file as an answer: whole or in part (RFC 9110, 14), by its strong ETag, under a name that no header can be broken
// with, and never run by a browser.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/http/message.h"

namespace nightshift::api::kit {

struct FileAnswer {
    std::filesystem::path path;
    std::string name;          ///< as its reader should see it
    std::string content_type;  ///< as we know it
    std::string tag;           ///< without quotes: a digest of the bytes
    std::uint64_t size = 0;
    bool is_shown = false;  ///< where it stands, by browsers; else it is saved
};

/// Throws Error(gone) when the file is no longer there.
core::http::Response file_answer(const core::http::Request& request, const FileAnswer& file);

/// Content-Disposition: an ASCII name for everybody and the true one for who can read it (RFC 6266, RFC 8187).
std::string disposition(std::string_view kind, std::string_view name);

}  // namespace nightshift::api::kit
