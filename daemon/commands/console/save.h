// A downloaded file: whole and checked under its name, or not there at all.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace nightshift::daemon::console {

class Saved {
public:
    /// "-" is standard output. Error(conflict) when the file is there and may not be written over.
    Saved(std::string path, bool over);
    /// Removes what was not kept.
    ~Saved();
    Saved(const Saved&) = delete;
    Saved& operator=(const Saved&) = delete;

    bool write(std::string_view piece);
    /// Gives the file its name when its SHA-256 (hexadecimal) is the expected one; throws otherwise.
    void keep(const std::string& sha256);
    std::uint64_t bytes() const { return bytes_; }

private:
    struct Digest;
    std::string path_, part_;
    std::ofstream file_;
    std::uint64_t bytes_ = 0;
    std::unique_ptr<Digest> digest_;
};

}  // namespace nightshift::daemon::console
