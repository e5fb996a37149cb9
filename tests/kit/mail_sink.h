// A mail server of one's own that takes every mail and delivers none, and misbehaves on demand: tests/kit/mail_sink.py,
// started for a test, stopped after it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/json/json.h"

namespace nightshift::tests {

class MailSink {
public:
    struct Options {
        bool has_tls = false;
        std::string login = {};  ///< "user:password"
    };
    MailSink() : MailSink(Options{}) {}
    explicit MailSink(const Options& options);
    ~MailSink();
    MailSink(const MailSink&) = delete;
    MailSink& operator=(const MailSink&) = delete;

    int port() const { return smtp_; }
    /// Of the authority that its certificate is from: itself.
    std::string certificate() const { return (folder_ / "sink.pem").string(); }
    /// How it answers from now on: accept, tempfail, refuse ... (mail_sink.py says them all).
    void mode(const std::string& name, double seconds = 1) const;
    std::size_t count() const;
    /// The mails that came, whole, oldest first.
    std::vector<core::json::object> mails() const;
    std::string raw(std::size_t number) const;
    int connections() const;
    /// Nobody answers from now on.
    void stop();

private:
    std::string get(const std::string& path, const std::string& method = "GET", const std::string& body = {}) const;
    std::filesystem::path folder_;
    int smtp_ = 0, http_ = 0;
    pid_t pid_ = -1;
};

}  // namespace nightshift::tests
