#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/error/error.h"
#include "core/files/table.h"
#include "core/text/case.h"

namespace nightshift::core::files {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const char* what, int why) {
    throw Error(Code::unavailable,
                "file " + fs::path(path).filename().string() + ": can't be " + what + ": " + std::strerror(why));
}

std::string folder_of(const std::string& path) {
    const auto folder = fs::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace

FileAside::FileAside(std::string path) : path_(std::move(path)) {
    const auto folder = folder_of(path_);
    fs::create_directories(folder);
    fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    if (fd_ >= 0) {
        aside_ = "/proc/self/fd/" + std::to_string(fd_);
    } else if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) {
        aside_ = path_ + ".part";
        is_named_ = true;
        fd_ = ::open(aside_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    }
    if (fd_ < 0) fail(path_, "begun", errno);
}

FileAside::~FileAside() {
    std::error_code ignored;
    if (is_named_) fs::remove(aside_, ignored);
    ::close(fd_);
}

FileFacts FileAside::facts() const {
    if (::fsync(fd_) != 0) fail(path_, "flushed to disk", errno);
    Poco::SHA2Engine engine;
    std::array<char, 65536> piece{};
    std::uintmax_t size = 0;
    for (;;) {
        const auto count = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(size));
        if (count < 0) fail(path_, "read back", errno);
        if (count == 0) break;
        engine.update(piece.data(), static_cast<std::size_t>(count));
        size += static_cast<std::uintmax_t>(count);
    }
    return {size, Poco::DigestEngine::digestToHex(engine.digest())};
}

void FileAside::keep() {
    const auto link = [this](const std::string& name) {
        return ::linkat(AT_FDCWD, aside_.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    if (!is_named_ && !link(path_)) {
        if (errno != EEXIST) fail(path_, "named", errno);
        const auto part = path_ + ".part";  // a name can't be taken from another file, but one name can replace another
        ::unlink(part.c_str());
        if (!link(part)) fail(path_, "named", errno);
        aside_ = part;
        is_named_ = true;
    }
    if (is_named_) {
        if (::rename(aside_.c_str(), path_.c_str()) != 0) fail(path_, "named", errno);
        aside_ = path_;
    }
    is_named_ = false;
    const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = folder >= 0 && ::fsync(folder) == 0;
    const int why = errno;
    if (folder >= 0) ::close(folder);
    if (!good) fail(path_, "flushed to disk", why);
}

void FileAside::keep_as(std::string path) {
    path_ = std::move(path);
    keep();
}

std::string extension(std::string_view format) {
    return "." + text::lower_case(format);
}

std::unique_ptr<TableWriter> table_writer(std::string_view format, const std::string& path, TableHead head) {
    if (format == "CSV") return csv_writer(path, std::move(head));
    if (format == "JSON") return json_writer(path, std::move(head));
    if (format == "XLSX") return xlsx_writer(path, std::move(head));
    if (format == "PDF") return pdf_writer(path, std::move(head));
    if (format == "HTML") return html_writer(path, std::move(head));
    throw Error(Code::validation,
                "export_format: expected CSV, JSON, XLSX, PDF or HTML, got \"" + std::string(format) + "\"");
}

}  // namespace nightshift::core::files
