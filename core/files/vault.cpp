#include "core/files/vault.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error/error.h"
#include "core/secret/secret.h"

namespace nightshift::core::files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyLength = 32;
constexpr std::string_view kUnfinished = ".part";

[[noreturn]] void refuse_to_keep(const std::string& what) {
    throw Error(Code::unavailable, "the file can't be kept: " + what + ": " + std::strerror(errno));
}

void write_whole(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) refuse_to_keep("writing");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

class OpenFile {
public:
    OpenFile(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
        if (descriptor_ < 0) refuse_to_keep("opening");
    }
    ~OpenFile() { ::close(descriptor_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int get() const { return descriptor_; }
    void settle() const {
        if (::fsync(descriptor_) != 0) refuse_to_keep("syncing");
    }

private:
    int descriptor_;
};

}  // namespace

std::string Vault::new_key() {
    return secret::digest(secret::random_token()).substr(0, kKeyLength);
}

bool Vault::is_key(std::string_view key) {
    return key.size() == kKeyLength &&
           std::ranges::all_of(key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

fs::path Vault::place_of(const std::string& key) const {
    if (!is_key(key)) throw Error(Code::gone, "the file is no longer kept");
    return folder_ / key.substr(0, 2) / key;
}

fs::path Vault::path_of(const std::string& key) const {
    auto place = place_of(key);
    std::error_code unknown;
    if (bucket_ && !fs::exists(place, unknown)) fetch(key, place);
    return place;
}

/// What the bucket holds never changes, so a copy is as good; two who fetch it at once write two, and the later one
/// stays.
void Vault::fetch(const std::string& key, const fs::path& place) const {
    std::error_code failure;
    fs::create_directories(place.parent_path(), failure);
    const auto copy = place.string() + "." + new_key() + std::string(kUnfinished);
    bool is_there = false;
    {
        const OpenFile file(copy, O_WRONLY | O_CREAT | O_TRUNC);
        try {
            is_there = bucket_->get(key, [&](std::string_view piece) {
                write_whole(file.get(), piece);
                return true;
            });
        } catch (const Error&) {
            fs::remove(copy, failure);
            throw;
        }
    }
    if (is_there && ::rename(copy.c_str(), place.c_str()) == 0) return;
    fs::remove(copy, failure);
    if (!is_there) throw Error(Code::gone, "the file is no longer kept");
    refuse_to_keep("naming");
}

std::string Vault::keep(std::string_view bytes) const {
    auto key = new_key();
    if (bucket_) {
        bucket_->put(key, bytes);
        return key;
    }
    const auto path = place_of(key);
    const auto unfinished = path.string() + std::string(kUnfinished);
    std::error_code failure;
    fs::create_directories(path.parent_path(), failure);
    if (failure) throw Error(Code::unavailable, "the file can't be kept: " + failure.message());
    try {
        const OpenFile file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
        write_whole(file.get(), bytes);
        file.settle();
        if (::rename(unfinished.c_str(), path.c_str()) != 0) refuse_to_keep("naming");
        OpenFile(path.parent_path(), O_RDONLY | O_DIRECTORY).settle();
        OpenFile(folder_, O_RDONLY | O_DIRECTORY).settle();
    } catch (const Error&) {
        fs::remove(unfinished, failure);
        throw;
    }
    return key;
}

void Vault::remove(const std::string& key) const {
    std::error_code ignored;
    if (!is_key(key)) return;
    if (bucket_) bucket_->remove(key);
    fs::remove(place_of(key), ignored);
}

void Vault::each_in_folder(std::chrono::seconds age, const std::function<void(const fs::path&)>& each) const {
    const auto before = fs::file_time_type::clock::now() - age;
    std::error_code failure;
    for (fs::directory_iterator folder(folder_, failure), end; !failure && folder != end; folder.increment(failure)) {
        std::error_code inside;
        if (folder->path().filename().string().size() != 2 || !folder->is_directory(inside)) continue;
        for (fs::directory_iterator file(folder->path(), inside); !inside && file != end; file.increment(inside)) {
            std::error_code gone;
            const auto written = file->last_write_time(gone);
            if (!gone && written <= before) each(file->path());
        }
    }
}

void Vault::each_older(std::chrono::seconds age,
                       const std::function<void(const std::string&, const fs::path&)>& each) const {
    if (bucket_) {
        bucket_->each_older(std::chrono::system_clock::now() - age, [&](const std::string& key) {
            if (is_key(key)) each(key, {});
        });
        return;
    }
    each_in_folder(age, [&](const fs::path& path) {
        const auto name = path.filename().string();
        if (is_key(name) && name.starts_with(path.parent_path().filename().string()))
            each(name, path);
        else if (name.ends_with(kUnfinished) && is_key(std::string_view(name).substr(0, kKeyLength)))
            each({}, path);
    });
}

std::size_t Vault::count_copies(std::chrono::seconds age) const {
    std::size_t count = 0;
    if (bucket_) each_in_folder(age, [&](const fs::path&) { ++count; });
    return count;
}

std::size_t Vault::drop_copies(std::chrono::seconds age) const {
    std::size_t dropped = 0;
    if (bucket_)
        each_in_folder(age, [&](const fs::path& path) {
            std::error_code failure;
            if (fs::remove(path, failure)) ++dropped;
        });
    return dropped;
}

}  // namespace nightshift::core::files
