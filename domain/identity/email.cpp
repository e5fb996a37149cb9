#include "domain/identity/email.h"

namespace nightshift::domain::identity {

std::string check_email(const core::json::value& value) {
    const std::string_view text = value.as_string();
    const auto at = text.find('@');
    const bool fits = at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
                      text.find('.', at) != std::string_view::npos && text[at + 1] != '.' && !text.ends_with('.') &&
                      text.find_first_of(" \t\r\n<>\",;") == std::string_view::npos;
    return fits ? "" : "expected an e-mail address";
}

}  // namespace nightshift::domain::identity
