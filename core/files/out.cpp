#include "core/files/out.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error/error.h"

namespace nightshift::core::files {

constexpr std::size_t kBuffer = 65536;

void refuse_to_write(int why) {
    throw Error(Code::unavailable, std::string("the file can't be written: ") + std::strerror(why));
}

Out::Out(const std::string& path) : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (fd_ < 0) refuse_to_write(errno);
    buffer_.reserve(kBuffer);
}

Out::~Out() {
    if (fd_ >= 0) ::close(fd_);
}

void Out::put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBuffer) flush();
}

void Out::close() {
    flush();
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) refuse_to_write(errno);
}

void Out::flush() {
    for (std::string_view rest = buffer_; !rest.empty();) {
        const auto count = ::write(fd_, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) refuse_to_write(count < 0 ? errno : ENOSPC);
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    buffer_.clear();
}

}  // namespace nightshift::core::files
