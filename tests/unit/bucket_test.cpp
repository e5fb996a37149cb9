// A bucket that speaks S3: the signature by Amazon's own examples, and a vault over a door that keeps objects in
// memory.
#include "core/files/bucket.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/error/error.h"
#include "core/files/vault.h"
#include "core/time/time.h"
#include "tests/kit/bucket_sink.h"

namespace nightshift::core::files {
namespace {

using namespace std::chrono_literals;

// docs.aws.amazon.com, "Signature Calculations for the Authorization Header", its examples.
TEST(BucketSignature, IsThatOfAmazonsExamples) {
    const BucketSettings settings{.endpoint = "https://examplebucket.s3.amazonaws.com",
                                  .name = "examplebucket",
                                  .access_key = "AKIAIOSFODNN7EXAMPLE",
                                  .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    const auto made = [&](const std::string& query) {
        return signed_for(settings, "GET", "examplebucket.s3.amazonaws.com", "/", query, secret::digest(""),
                          "20130524T000000Z");
    };
    const std::string head =
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=";
    EXPECT_EQ(made("lifecycle="), head + "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    EXPECT_EQ(made("max-keys=2&prefix=J"), head + "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

class Buckets : public testing::Test, protected tests::BucketSink {
protected:
    ~Buckets() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Vault vault() const { return Vault(folder, std::make_shared<const Bucket>(settings())); }
    static std::string read(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("nightshift-bucket-" + time::uuid7());
};

TEST_F(Buckets, KeepGiveAndForget) {
    const auto kept = vault();
    const std::string bytes("\0\xff<&>", 5);
    const auto key = kept.keep(bytes);
    EXPECT_EQ(objects.at(key), bytes);
    EXPECT_FALSE(std::filesystem::exists(folder)) << "nothing of it is here";
    EXPECT_EQ(read(kept.path_of(key)), bytes);
    const int before = asked;
    EXPECT_EQ(read(vault().path_of(key)), bytes);
    EXPECT_EQ(asked, before) << "what was read lately is here";
    kept.remove(key);
    EXPECT_TRUE(objects.empty());
    kept.remove(key);
    EXPECT_THROW((void)kept.path_of(key), Error);
    EXPECT_THROW((void)kept.path_of("../../etc/passwd"), Error);
}

TEST_F(Buckets, ListWhatIsOldAPageAtATimeAndDropTheirCopies) {
    page = 2;
    const auto kept = vault();
    std::set<std::string> keys, seen;
    for (int i = 0; i < 5; ++i) keys.insert(kept.keep(std::to_string(i)));
    objects["somebody's own"] = "x";
    const auto copy = kept.path_of(*keys.begin());
    kept.each_older(0s, [&](const auto& key, const auto&) { seen.insert(key); });
    EXPECT_EQ(seen, keys);
    EXPECT_EQ(kept.count_copies(0s), 1U);
    EXPECT_TRUE(std::filesystem::exists(copy)) << "looking takes nothing";
    EXPECT_EQ(kept.drop_copies(std::chrono::hours(1)), 0U) << "it was read lately";
    EXPECT_EQ(kept.drop_copies(0s), 1U);
    EXPECT_FALSE(std::filesystem::exists(copy));
    kept.each_older(std::chrono::hours(24 * 365 * 50), [&](const auto&, const auto&) { ADD_FAILURE(); });
}

TEST_F(Buckets, ThatAreClosedOrAwaySaySo) {
    is_closed = true;
    try {
        vault().keep("x");
        ADD_FAILURE();
    } catch (const Error& problem) {
        EXPECT_EQ(problem.code(), Code::unavailable);
        EXPECT_STREQ(problem.what(), "the bucket: it answered 403 (SignatureDoesNotMatch)");
    }
    const auto nowhere = Vault(
        folder, std::make_shared<const Bucket>(BucketSettings{.endpoint = "http://127.0.0.1:1", .name = "files"}));
    EXPECT_THROW(nowhere.keep("x"), Error);
}

}  // namespace
}  // namespace nightshift::core::files
