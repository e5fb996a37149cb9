// Files under names that nobody chose: a random key each, two letters of it the folder. A file is there whole or not at
// all, and on disk before keep() returns; with a bucket, there instead, and the folder holds what was read lately.
// Any thread, any number of processes on one folder.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/files/bucket.h"

namespace nightshift::core::files {

class Vault {
public:
    explicit Vault(std::filesystem::path folder, std::shared_ptr<const Bucket> bucket = {})
        : folder_(std::move(folder)), bucket_(std::move(bucket)) {}

    /// Keeps these bytes; returns their key. Throws Error(unavailable) with the system's reason.
    std::string keep(std::string_view bytes) const;
    static std::string new_key();
    /// Keys are 32 hexadecimal digits; anything else is no file of ours.
    static bool is_key(std::string_view key);
    /// Where it can be read. Throws Error(gone) for what is no key: there is no such file.
    std::filesystem::path path_of(const std::string& key) const;
    /// Done too when there is none.
    void remove(const std::string& key) const;
    /// Every file that nobody wrote to for so long. Those whose key is empty were never finished: only their path says
    /// which. Those in a bucket have no path, and copies of them are not among these.
    void each_older(std::chrono::seconds age,
                    const std::function<void(const std::string& key, const std::filesystem::path&)>& each) const;
    /// How many copies of what is in the bucket nobody wrote to for so long. They can be dropped at any time: they are
    /// fetched again when they are wanted.
    std::size_t count_copies(std::chrono::seconds age) const;
    std::size_t drop_copies(std::chrono::seconds age) const;

private:
    void each_in_folder(std::chrono::seconds age, const std::function<void(const std::filesystem::path&)>& each) const;
    std::filesystem::path place_of(const std::string& key) const;
    void fetch(const std::string& key, const std::filesystem::path& place) const;
    std::filesystem::path folder_;
    std::shared_ptr<const Bucket> bucket_;
};

}  // namespace nightshift::core::files
