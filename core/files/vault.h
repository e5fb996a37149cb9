// Files under names that nobody chose: a random key each, two letters of it the folder. A file is there whole or not at
// all, and on disk before keep() returns. Any thread, any number of processes on one folder.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace nightshift::core::files {

class Vault {
public:
    explicit Vault(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Keeps these bytes; returns their key. Throws Error(unavailable) with the system's reason.
    std::string keep(std::string_view bytes) const;
    static std::string new_key();
    /// Keys are 32 hexadecimal digits; anything else is no file of ours.
    static bool is_key(std::string_view key);
    /// Throws Error(gone) for what is no key: there is no such file.
    std::filesystem::path path_of(const std::string& key) const;
    /// Done too when there is none.
    void remove(const std::string& key) const;
    /// Every file that nobody wrote to for so long. Those whose key is empty were never finished: only their path says
    /// which.
    void each_older(std::chrono::seconds age,
                    const std::function<void(const std::string& key, const std::filesystem::path&)>& each) const;

private:
    std::filesystem::path folder_;
};

}  // namespace nightshift::core::files
