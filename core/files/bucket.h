// Objects in a bucket that speaks S3: Amazon's, MinIO, Ceph, Google's and Azure's gateways. By path
// (endpoint/bucket/key), signed with AWS Signature Version 4. Any thread. Every failure is Error(unavailable) that says
// what the other side said.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace nightshift::core::files {

struct BucketSettings {
    std::string endpoint;  ///< https://s3.eu-west-1.amazonaws.com
    std::string region = "us-east-1";
    std::string name;
    std::string access_key, secret;
};

class Bucket {
public:
    explicit Bucket(BucketSettings settings) : settings_(std::move(settings)) {}

    void put(const std::string& key, std::string_view bytes) const;
    /// Its bytes, piece by piece; false: there is none.
    bool get(const std::string& key, const std::function<bool(std::string_view)>& piece) const;
    /// Done too when there is none.
    void remove(const std::string& key) const;
    /// Every object that was put before.
    void each_older(std::chrono::system_clock::time_point before,
                    const std::function<void(const std::string& key)>& each) const;

private:
    struct Said {
        int status;
        std::string body;
    };
    Said ask(const std::string& method, const std::string& key, const std::string& query, std::string_view body,
             const std::function<bool(std::string_view)>& piece = nullptr) const;
    BucketSettings settings_;
};

/// The value of `Authorization` for a request with no other headers than host, x-amz-content-sha256 and x-amz-date
/// ("20130524T000000Z"); path and query as they are sent, the query sorted.
std::string signed_for(const BucketSettings& settings, const std::string& method, const std::string& host,
                       const std::string& path, const std::string& query, const std::string& body_sha256,
                       const std::string& date);

}  // namespace nightshift::core::files
