#include "core/secret/secret.h"

#include <Poco/Crypto/DigestEngine.h>
#include <Poco/HMACEngine.h>
#include <crypt.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <memory>

#include "core/error/error.h"
#include "core/secret/openssl.h"
#include "core/text/base64.h"

namespace nightshift::core::secret {
namespace {

// The hash of nothing anybody knows: checked where there is no user.
constexpr const char* kNobody = "$2b$11$CwTycUXWue0Thq9StjUM0uJ8Gx6k1o6hHkF5Kc8h6u2o0d2G5J5sK";

std::string crypted(const std::string& password, const std::string& setting) {
    const auto data = std::make_unique<crypt_data>();
    const char* hash = ::crypt_r(password.c_str(), setting.c_str(), data.get());
    return hash == nullptr || hash[0] == '*' ? std::string{} : std::string(hash);
}

/// SHA-256 as HMACEngine wants it.
class Sha256 : public Poco::Crypto::DigestEngine {
public:
    enum { BLOCK_SIZE = 64, DIGEST_SIZE = 32 };  // NOLINT: the names that HMACEngine asks for
    Sha256() : DigestEngine("SHA256") {}
};

/// bcrypt stops at a zero byte and after 72 bytes.
bool read_whole(const std::string& password) {
    constexpr std::size_t kMost = 72;
    return password.size() <= kMost && password.find('\0') == std::string::npos;
}

}  // namespace

std::string hash_password(const std::string& password, int cost) {
    if (!read_whole(password)) throw Error(Code::validation, "password: expected at most 72 bytes and no zero byte");
    char salt[CRYPT_GENSALT_OUTPUT_SIZE];
    if (::crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), nullptr, 0, salt, sizeof salt) == nullptr)
        throw Error(Code::internal, "password: no salt to be had for cost " + std::to_string(cost));
    auto hash = crypted(password, salt);
    if (hash.empty()) throw Error(Code::internal, "password: bcrypt is not available here");
    return hash;
}

bool check_password(const std::string& password, const std::string& hash) {
    const auto found = crypted(password, hash.empty() ? kNobody : hash);
    return read_whole(password) && !hash.empty() && !found.empty() && same(found, hash);
}

std::string random_token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes) {
        const auto read = ::getrandom(raw.data() + got, bytes - got, 0);
        if (read < 0) throw Error(Code::internal, "random: the system gives none");
        got += static_cast<std::size_t>(read);
    }
    return text::base64url(raw);
}

std::string digest(std::string_view text) {
    // In one call: each request is known by its token's digest, and an engine looks its method up by name every time.
    Poco::DigestEngine::Digest bytes(SHA256_DIGEST_LENGTH);
    ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
    return Poco::DigestEngine::digestToHex(bytes);
}

std::string hmac(const std::string& key, std::string_view text) {
    Poco::HMACEngine<Sha256> engine(key);
    engine.update(text.data(), text.size());
    return Poco::DigestEngine::digestToHex(engine.digest());
}

std::string hmac_bytes(const std::string& key, std::string_view text) {
    Poco::HMACEngine<Sha256> engine(key);
    engine.update(text.data(), text.size());
    const auto& bytes = engine.digest();
    return {bytes.begin(), bytes.end()};
}

bool same(std::string_view left, std::string_view right) {
    unsigned difference = left.size() == right.size() ? 0U : 1U;
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
    return difference == 0;
}

}  // namespace nightshift::core::secret
