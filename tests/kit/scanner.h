// A clamd of one's own, with signatures of one's own: started for a test, stopped after it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace nightshift::tests {

class Scanner {
public:
    /// False: Debian's clamav-daemon is not installed, and could not be.
    static bool is_installed();
    Scanner();
    ~Scanner();
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;

    /// Answers, on both addresses.
    bool ready();
    std::string socket() const { return (folder_ / "clamd.sock").string(); }
    std::string address() const;
    void stop();
    std::string log() const;
    /// What its signature Nightshift.Test finds.
    static std::string infected() { return "before NIGHTSHIFT-TEST-VIRUS after"; }

private:
    std::filesystem::path folder_;
    int port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace nightshift::tests
