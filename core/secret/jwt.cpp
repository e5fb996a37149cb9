#include "core/secret/jwt.h"

#include <Poco/Crypto/RSAKey.h>
#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>

#include <algorithm>
#include <sstream>

#include "core/error/error.h"
#include "core/secret/openssl.h"
#include "core/text/base64.h"

namespace nightshift::core::secret {
namespace {

using Instant = std::chrono::system_clock::time_point;
constexpr std::string_view kType = "at+jwt";  // RFC 9068: an access token, nothing else signed by these keys
constexpr std::chrono::seconds kSkew{30};
constexpr std::size_t kLongest = 4096;

Poco::Timestamp poco(Instant moment) {
    return Poco::Timestamp(std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch()).count());
}

std::string base64url(const std::vector<unsigned char>& bytes) {
    return text::base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The token's header, only to pick the key it claims to be signed with: nothing in it is believed before that.
json::object header_of(const std::string& token) {
    return json::parse_object(text::from_base64url(token.substr(0, token.find('.'))));
}

struct Key {
    std::string id;
    std::unique_ptr<Poco::Crypto::RSAKey> rsa;
    std::unique_ptr<Poco::JWT::Signer> signer;
};

Key read_key(const KeyPair& pair) {
    std::istringstream public_pem(pair.public_pem), private_pem(pair.private_pem);
    Key key{pair.id,
            std::make_unique<Poco::Crypto::RSAKey>(&public_pem, pair.private_pem.empty() ? nullptr : &private_pem),
            nullptr};
    key.signer =
        std::make_unique<Poco::JWT::Signer>(Poco::SharedPtr<Poco::Crypto::RSAKey>(new Poco::Crypto::RSAKey(*key.rsa)));
    key.signer->setAlgorithms({"RS256"});
    return key;
}

}  // namespace

struct Signer::Impl {
    std::string issuer;
    std::vector<Key> keys;
};

KeyPair make_key_pair(std::string id) {
    const Poco::Crypto::RSAKey key(Poco::Crypto::RSAKey::KL_2048, Poco::Crypto::RSAKey::EXP_LARGE);
    std::ostringstream public_pem, private_pem;
    key.save(&public_pem, &private_pem);
    return {std::move(id), private_pem.str(), public_pem.str()};
}

Signer::Signer(std::string issuer, const std::vector<KeyPair>& keys) {
    auto impl = std::make_unique<Impl>();
    impl->issuer = std::move(issuer);
    for (const auto& pair : keys) impl->keys.push_back(read_key(pair));
    impl_ = std::move(impl);
}
Signer::~Signer() = default;

std::string Signer::sign(const Claims& claims, Instant now) const {
    if (impl_->keys.empty()) throw Error(Code::internal, "token: there is no key to sign with");
    const auto& key = impl_->keys.front();
    Poco::JWT::Token token;
    token.setType(std::string(kType));
    token.header().set("kid", key.id);
    token.setIssuer(impl_->issuer);
    token.setSubject(claims.subject);
    token.setIssuedAt(poco(now));
    token.setExpiration(poco(claims.expires_at));
    token.payload().set("org", claims.organization);
    token.payload().set("sid", claims.session);
    return key.signer->sign(token, Poco::JWT::Signer::ALGO_RS256);
}

std::optional<Claims> Signer::verify(const std::string& token, Instant now) const {
    if (token.size() > kLongest || std::ranges::count(token, '.') != 2) return std::nullopt;
    try {
        const auto header = header_of(token);
        const auto* id = header.if_contains("kid");
        const auto* type = header.if_contains("typ");
        const auto* algorithm = header.if_contains("alg");
        if (id == nullptr || !id->is_string() || type == nullptr || *type != json::value(kType) ||
            algorithm == nullptr || *algorithm != json::value("RS256") || header.contains("crit"))
            return std::nullopt;
        const auto key = std::ranges::find(impl_->keys, std::string_view(id->as_string()), &Key::id);
        Poco::JWT::Token found;
        if (key == impl_->keys.end() || !key->signer->tryVerify(token, found)) return std::nullopt;
        const auto expires =
            std::chrono::system_clock::time_point(std::chrono::microseconds(found.getExpiration().epochMicroseconds()));
        const auto issued =
            std::chrono::system_clock::time_point(std::chrono::microseconds(found.getIssuedAt().epochMicroseconds()));
        if (found.getIssuer() != impl_->issuer || expires <= now || issued > now + kSkew || found.getSubject().empty())
            return std::nullopt;
        return Claims{found.getSubject(), found.payload().getValue<std::string>("org"),
                      found.payload().getValue<std::string>("sid"), expires};
    } catch (const std::exception&) {  // whatever is wrong with it: it is no token of ours
        return std::nullopt;
    }
}

json::object Signer::key_set() const {
    json::array keys;
    for (const auto& key : impl_->keys)
        keys.push_back(json::object{{"kty", "RSA"},
                                    {"use", "sig"},
                                    {"alg", "RS256"},
                                    {"kid", key.id},
                                    {"n", base64url(key.rsa->modulus())},
                                    {"e", base64url(key.rsa->encryptionExponent())}});
    return {{"keys", std::move(keys)}};
}

}  // namespace nightshift::core::secret
