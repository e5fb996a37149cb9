// A bucket that speaks S3, in memory, which checks each signature: what a vault is tried with.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "core/files/bucket.h"
#include "core/http/server.h"
#include "core/secret/secret.h"

namespace nightshift::tests {

class BucketSink {
public:
    core::files::BucketSettings settings() const {
        return {.endpoint = "http://127.0.0.1:" + std::to_string(port),
                .region = "eu-north-1",
                .name = "files",
                .access_key = "me",
                .secret = "secret"};
    }

    std::mutex mutex;  // guards below
    std::map<std::string, std::string> objects;
    std::size_t page = 1000;
    int asked = 0;
    bool is_closed = false;

private:
    core::http::Response listed(const core::http::Request& request) {
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
    core::http::Response answer(const core::http::Request& request) {
        const std::lock_guard lock(mutex);
        ++asked;
        const auto query = request.target.find('?') == std::string::npos
                               ? std::string{}
                               : request.target.substr(request.target.find('?') + 1);
        const auto expected = core::files::signed_for(settings(), request.method, std::string(request.header("host")),
                                                      request.path, query, core::secret::digest(request.body),
                                                      std::string(request.header("x-amz-date")));
        if (is_closed || expected != request.header("authorization") ||
            request.header("x-amz-content-sha256") != core::secret::digest(request.body))
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

    core::http::Server server{{.port = 0, .threads = 2},
                              [this](const core::http::Request& request) { return answer(request); }};

public:
    const std::uint16_t port = server.port();
};

}  // namespace nightshift::tests
