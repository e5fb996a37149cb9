// A bucket that speaks S3: the signature by Amazon's own examples, and a vault over a door that keeps objects in
// memory.
#include "core/files/bucket.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "core/error/error.h"
#include "core/files/vault.h"
#include "core/http/server.h"
#include "core/secret/secret.h"
#include "core/time/time.h"

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

class Buckets : public testing::Test {
protected:
    ~Buckets() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    http::Response listed(const http::Request& request) {
        const auto from = std::string(request.argument("continuation-token").value_or(""));
        std::string text = "<ListBucketResult>", last;
        std::size_t count = 0;
        for (auto one = objects.upper_bound(from); one != objects.end(); ++one) {
            if (++count > page) break;
            last = one->first;
            text += "<Contents><Key>" + one->first +
                    "</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>";
        }
        text += count > page
                    ? "<IsTruncated>true</IsTruncated><NextContinuationToken>" + last + "</NextContinuationToken>"
                    : "<IsTruncated>false</IsTruncated>";
        return {.status = 200, .body = text + "</ListBucketResult>", .content_type = "application/xml"};
    }
    http::Response answer(const http::Request& request) {
        const std::lock_guard lock(mutex);
        ++asked;
        const auto query = request.target.find('?') == std::string::npos
                               ? std::string{}
                               : request.target.substr(request.target.find('?') + 1);
        const auto expected =
            signed_for(settings(), request.method, std::string(request.header("host")), request.path, query,
                       secret::digest(request.body), std::string(request.header("x-amz-date")));
        if (is_closed || expected != request.header("authorization") ||
            request.header("x-amz-content-sha256") != secret::digest(request.body))
            return {.status = 403,
                    .body = "<Error><Code>SignatureDoesNotMatch</Code></Error>",
                    .content_type = "application/xml"};
        if (request.path == "/files") return listed(request);
        const auto key = request.path.substr(7);
        if (request.method == "PUT") {
            objects[key] = request.body;
            return {.status = 200};
        }
        const auto found = objects.find(key);
        if (found == objects.end())
            return {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>", .content_type = "application/xml"};
        if (request.method == "GET")
            return {.status = 200, .body = found->second, .content_type = "application/octet-stream"};
        objects.erase(found);
        return {.status = 204, .content_type = {}};
    }
    BucketSettings settings() const {
        return {.endpoint = "http://127.0.0.1:" + std::to_string(port),
                .region = "eu-north-1",
                .name = "files",
                .access_key = "me",
                .secret = "secret"};
    }
    Vault vault() const { return Vault(folder, std::make_shared<const Bucket>(settings())); }
    static std::string read(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("nightshift-bucket-" + time::uuid7());
    std::mutex mutex;  // guards below
    std::map<std::string, std::string> objects;
    std::size_t page = 1000;
    int asked = 0;
    bool is_closed = false;
    http::Server server{{.port = 0, .threads = 2}, [this](const http::Request& request) { return answer(request); }};
    const std::uint16_t port = server.port();
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
