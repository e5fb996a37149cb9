// A file being written by us: says why when it can't be. Inside this room only.
#pragma once

#include <string>
#include <string_view>

namespace nightshift::core::files {

class Out {
public:
    /// Begins the file anew.
    explicit Out(const std::string& path);
    ~Out();
    Out(const Out&) = delete;
    Out& operator=(const Out&) = delete;
    /// Throws Error(unavailable) with the reason: a full disk may have room later.
    void put(std::string_view text);
    void close();

private:
    void flush();
    int fd_;
    std::string buffer_;
};

/// `the file can't be written: No space left on device`, to be thrown.
[[noreturn]] void refuse_to_write(int why);

}  // namespace nightshift::core::files
