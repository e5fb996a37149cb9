// Tokens nobody but us can make, passwords, digests and random text: core/secret.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "core/error/error.h"
#include "core/secret/jwt.h"
#include "core/secret/secret.h"

namespace nightshift::core::secret {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(std::string_view bytes) {
    std::string out;
    unsigned held = 0, bits = 0;
    for (const unsigned char byte : bytes) {
        held = ((held << 8U) | byte) & 0xffffU;
        for (bits += 8; bits >= 6; bits -= 6) out += kLetters[(held >> (bits - 6U)) & 63U];
    }
    if (bits > 0) out += kLetters[(held << (6U - bits)) & 63U];
    return out;
}

std::string bytes_of(const std::string& hexadecimal) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
        out += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
    return out;
}

/// RFC 2104
std::string hmac(std::string key, const std::string& text) {
    constexpr std::size_t kBlock = 64;
    if (key.size() > kBlock) key = bytes_of(digest(key));
    key.resize(kBlock, '\0');
    std::string inner = key, outer = key;
    for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
    for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
    return bytes_of(digest(outer + bytes_of(digest(inner + text))));
}

/// What our own key would say to any header and payload.
std::string signed_with(const KeyPair& pair, const std::string& text) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_mem_buf(pair.private_pem.data(), static_cast<int>(pair.private_pem.size())), BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
        throw std::runtime_error("no signature");
    std::string signature(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
    return signature;
}

class Tokens : public testing::Test {
protected:
    static const KeyPair& ours() {
        static const auto pair = make_key_pair("k1");
        return pair;
    }
    static const KeyPair& other() {
        static const auto pair = make_key_pair("k1");
        return pair;
    }
    std::string good() const { return signer.sign({"user", "organization", "session", now + 15min}, now); }
    bool accepts(const std::string& token) const { return signer.verify(token, now).has_value(); }
    std::string payload() const {
        const auto token = good();
        const auto first = token.find('.');
        return token.substr(first + 1, token.rfind('.') - first - 1);
    }
    /// Signed with our key, whatever the header says.
    std::string with_header(const std::string& header) const {
        const auto text = base64url(header) + "." + payload();
        return text + "." + base64url(signed_with(ours(), text));
    }

    const system_clock::time_point now = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    const Signer signer{"us", {ours()}};
};

TEST_F(Tokens, SayWhoTheyAreFor) {
    const auto claims = signer.verify(good(), now);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->subject, "user");
    EXPECT_EQ(claims->organization, "organization");
    EXPECT_EQ(claims->session, "session");
    EXPECT_EQ(claims->expires_at, now + 15min);
}

TEST_F(Tokens, MadeByHandWithOurKeyAreGoodSoThatTheRefusalsBelowMeanSomething) {
    EXPECT_TRUE(accepts(with_header(R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})")));
}

TEST_F(Tokens, AnyChangedSignatureIsRefused) {
    const auto token = good();
    for (const auto at : {token.rfind('.') + 1, token.rfind('.') + 100, token.size() - 3}) {
        auto forged = token;
        forged[at] = forged[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(accepts(forged)) << at;
    }
}

TEST_F(Tokens, AChangedPayloadIsRefused) {
    auto token = good();
    const auto at = token.find('.') + 10;
    token[at] = token[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(accepts(token));
}

TEST_F(Tokens, WithoutAnAlgorithmAreRefused) {
    for (const std::string algorithm : {"none", "None", "NONE", ""}) {
        const auto text =
            base64url(R"({"alg":")" + algorithm + R"(","typ":"at+jwt","kid":"k1"})") + "." + payload() + ".";
        EXPECT_FALSE(accepts(text)) << algorithm;
        EXPECT_FALSE(accepts(text + good().substr(good().rfind('.') + 1))) << algorithm;
    }
    EXPECT_FALSE(accepts(with_header(R"({"typ":"at+jwt","kid":"k1"})")));
}

TEST_F(Tokens, SignedWithThePublicKeyAsASharedSecretAreRefused) {
    const auto text = base64url(R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})") + "." + payload();
    EXPECT_FALSE(accepts(text + "." + base64url(hmac(ours().public_pem, text))));
    const auto claimed = base64url(R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})") + "." + payload();
    EXPECT_FALSE(accepts(claimed + "." + base64url(hmac(ours().public_pem, claimed))));
}

TEST_F(Tokens, OfAnotherAlgorithmOrTypeAreRefusedThoughOurKeySignedThem) {
    for (const auto* header :
         {R"({"alg":"RS512","typ":"at+jwt","kid":"k1"})", R"({"alg":"RS256","typ":"JWT","kid":"k1"})",
          R"({"alg":"RS256","kid":"k1"})", R"({"alg":"RS256","typ":1,"kid":"k1"})", R"({"alg":"RS256","typ":"at+jwt"})",
          R"({"alg":"RS256","typ":"at+jwt","kid":1})", R"({"alg":"RS256","typ":"at+jwt","kid":"k2"})",
          R"({"alg":"RS256","typ":"at+jwt","kid":"k1","crit":["b64"],"b64":false})",
          R"({"alg":"none","alg":"RS256","typ":"at+jwt","kid":"k1"})", R"(["RS256"])", "null", ""})
        EXPECT_FALSE(accepts(with_header(header))) << header;
}

TEST_F(Tokens, OfAnotherKeyThatTakesOurIdAreRefused) {
    const Signer forger("us", {other()});
    EXPECT_FALSE(accepts(forger.sign({"user", "organization", "session", now + 15min}, now)));
}

TEST_F(Tokens, OfAnotherIssuerAreRefusedThoughTheKeyIsOurs) {
    const Signer stranger("them", {ours()});
    EXPECT_FALSE(accepts(stranger.sign({"user", "organization", "session", now + 15min}, now)));
}

TEST_F(Tokens, EndToTheSecond) {
    const auto token = good();
    EXPECT_TRUE(signer.verify(token, now + 15min - 1s));
    EXPECT_FALSE(signer.verify(token, now + 15min));
    EXPECT_FALSE(signer.verify(token, now + 24h));
}

TEST_F(Tokens, FromTheFutureAreRefusedButForClocksThatDifferALittle) {
    EXPECT_TRUE(accepts(signer.sign({"user", "organization", "session", now + 15min}, now + 20s)));
    EXPECT_FALSE(accepts(signer.sign({"user", "organization", "session", now + 15min}, now + 60s)));
}

TEST_F(Tokens, ForNobodyAreRefused) {
    EXPECT_FALSE(accepts(signer.sign({"", "organization", "session", now + 15min}, now)));
}

TEST_F(Tokens, CutOffAnywhereAreRefused) {
    const auto token = good();
    for (std::size_t length = 0; length + 1 < token.size(); length += 7)
        EXPECT_FALSE(accepts(token.substr(0, length))) << length;
}

TEST_F(Tokens, WithPartsTwiceOrMissingAreRefused) {
    const auto token = good();
    const auto first = token.substr(0, token.find('.')), last = token.substr(token.rfind('.') + 1);
    for (const auto& bad : {token + "." + last, first + "." + token, token + ".", "." + token, token + token,
                            first + "." + payload(), first + ".." + last, "." + payload() + "." + last})
        EXPECT_FALSE(accepts(bad)) << bad;
}

TEST_F(Tokens, GarbageIsRefusedWithoutAWord) {
    for (const std::string& bad : {std::string(), std::string(".."), std::string("a.b.c"), std::string("\0.\0.\0", 5),
                                   std::string("\xff.\xfe.!"), std::string(5000, 'a'), std::string(5000, '.'),
                                   "Bearer " + good(), good() + " ", " " + good()})
        EXPECT_FALSE(accepts(bad)) << bad.substr(0, 40);
}

TEST_F(Tokens, OfARetiredKeyAreVerifiedAndTheNewestKeySigns) {
    const Signer rotated("us", {make_key_pair("k2"), ours()});
    EXPECT_TRUE(rotated.verify(good(), now));
    EXPECT_FALSE(accepts(rotated.sign({"user", "organization", "session", now + 15min}, now)));
}

TEST_F(Tokens, TheKeySetShowsThePublicPartAndNothingElse) {
    const auto set = signer.key_set();
    const auto& key = set.at("keys").as_array().at(0).as_object();
    EXPECT_EQ(key.at("kid"), "k1");
    EXPECT_EQ(key.at("alg"), "RS256");
    EXPECT_EQ(key.at("e"), "AQAB");
    EXPECT_EQ(key.at("n").as_string().size(), 342U);  // 256 bytes
    for (const auto* part : {"d", "p", "q", "dp", "dq", "qi"}) EXPECT_FALSE(key.contains(part)) << part;
}

constexpr int kCheap = 4;  // bcrypt's least

// Poco starts and stops its OpenSSL by a count of users; the last one of a thread took it away from the first of
// another.
TEST(Digests, AreMadeByThreadsThatComeAndGo) {
    const auto expected = hmac("key", "text");
    std::atomic<int> wrong{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 200'000; ++n)
                if (hmac("key", "text") != expected) ++wrong;
        });
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(Passwords, AreKnownByTheirHashAndTwoHashesDiffer) {
    const auto hash = hash_password("correct horse", kCheap);
    EXPECT_TRUE(hash.starts_with("$2b$04$"));
    EXPECT_EQ(hash.size(), 60U);
    EXPECT_NE(hash, hash_password("correct horse", kCheap));
    EXPECT_TRUE(check_password("correct horse", hash));
    for (const auto* wrong : {"correct hors", "correct horse ", "Correct horse", ""})
        EXPECT_FALSE(check_password(wrong, hash)) << wrong;
}

TEST(Passwords, Have72BytesAtMostAndMoreIsNeverCutOffSilently) {
    const std::string longest(72, 'x');
    const auto hash = hash_password(longest, kCheap);
    EXPECT_TRUE(check_password(longest, hash));
    EXPECT_THROW(hash_password(longest + "y", kCheap), Error);
    EXPECT_FALSE(check_password(longest + "y", hash));
    EXPECT_FALSE(check_password(std::string(71, 'x'), hash));
}

TEST(Passwords, HaveNoZeroByteAndNothingAfterOneIsOverlooked) {
    const std::string with_zero("secret\0tail", 11);
    EXPECT_THROW(hash_password(with_zero, kCheap), Error);
    EXPECT_FALSE(check_password(with_zero, hash_password("secret", kCheap)));
}

TEST(Passwords, AreWrongWhereThereIsNoHashOrADamagedOne) {
    for (const auto* hash : {"", "*", "*0", "plain", "$2b$04$short", "$1$"})
        EXPECT_FALSE(check_password("plain", hash)) << hash;
    EXPECT_FALSE(check_password("", ""));
}

TEST(Passwords, TakeAsLongForNobodyAsForSomebody) {
    const auto timed = [](const std::string& hash) {
        const auto began = std::chrono::steady_clock::now();
        check_password("wrong one", hash);
        return std::chrono::steady_clock::now() - began;
    };
    const auto somebody = hash_password("right one");
    EXPECT_GT(timed("") * 4, timed(somebody));  // an immediate answer would be a thousand times faster
}

TEST(Digests, AreSha256) {
    EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_NE(digest(std::string_view("a\0b", 3)), digest("a"));
}

TEST(RandomTokens, AreLongUrlSafeAndNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) seen.insert(random_token());
    EXPECT_EQ(seen.size(), 200U);
    for (const auto& token : seen) {
        EXPECT_EQ(token.size(), 43U);  // 32 bytes
        EXPECT_EQ(token.find_first_not_of(kLetters), std::string::npos) << token;
    }
    EXPECT_EQ(random_token(0), "");
    EXPECT_EQ(random_token(1).size(), 2U);
}

}  // namespace
}  // namespace nightshift::core::secret
