// What a file is by its bytes, whatever its name or its sender says. Where bytes alone can't tell (text, what is in a
// zip), the name chooses among what the bytes allow, and never what a browser would run.
#pragma once

#include <string_view>

namespace nightshift::core::files {

/// "image/png"; "application/octet-stream" for what is not known, "application/x-executable" for programs.
std::string_view media_type_of(std::string_view bytes, std::string_view name = {});

/// May a browser show it where it stands? Only pictures without script, and plain text.
bool is_harmless(std::string_view media_type);

/// Whether a type is on a list of types and families ("application/pdf", "image/*", "application/vnd.*").
bool is_among(std::string_view media_type, std::string_view listed);

}  // namespace nightshift::core::files
