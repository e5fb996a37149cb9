#include "domain/attachments/signed_address.h"

#include <charconv>

#include "core/error/error.h"
#include "core/secret/secret.h"
#include "domain/attachments/sql.h"

namespace nightshift::domain::attachments {

std::string SignedAddress::signature(std::string_view purpose, std::string_view path, std::string_view expires) const {
    std::string text(purpose);
    return core::secret::hmac(key_, text.append("\n").append(path).append("\n").append(expires));
}

std::string SignedAddress::sign(std::string_view purpose, const std::string& path, Time expires_at) const {
    const auto expires =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(expires_at.time_since_epoch()).count());
    return path + "?expires=" + expires + "&signature=" + signature(purpose, path, expires);
}

void SignedAddress::require(std::string_view purpose, const core::http::Request& request, Time now) const {
    const auto expires = request.argument("expires").value_or("");
    const auto given = request.argument("signature").value_or("");
    const bool is_ours = core::secret::same(given, signature(purpose, request.path, expires));
    std::int64_t seconds = 0;
    const auto [end, failure] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    const bool is_number = failure == std::errc{} && end == expires.data() + expires.size();
    const auto now_seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (!is_ours || !is_number || seconds <= now_seconds)
        throw core::Error(core::Code::forbidden,
                          "signature: this address is not valid, or no longer; ask for a new one");
}

std::string signing_key(core::pg::Pool& pool, const std::string& configured) {
    if (!configured.empty()) return configured;
    for (;;) {  // empty: somebody made one at this moment, which the next look sees
        const auto rows = core::pg::once(pool, sql::secret, core::secret::random_token());
        if (!rows.empty()) return std::string(rows.text(0, 0));
    }
}

}  // namespace nightshift::domain::attachments
