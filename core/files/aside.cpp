#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error/error.h"
#include "core/files/table.h"

namespace nightshift::core::files {
namespace {

void flush(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool good = fd >= 0 && ::fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) ::close(fd);
    if (!good) throw Error(Code::internal, "file " + path + ": can't be flushed to disk: " + std::strerror(why));
}

FileFacts facts_of(const std::string& path) {
    Poco::SHA2Engine engine;
    std::ifstream file(path, std::ios::binary);
    std::array<char, 65536> piece{};
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
        engine.update(piece.data(), static_cast<std::size_t>(file.gcount()));
    return {std::filesystem::file_size(path), Poco::DigestEngine::digestToHex(engine.digest())};
}

}  // namespace

FileAside::FileAside(std::string path) : path_(std::move(path)), aside_(path_ + ".part") {
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
}

FileAside::~FileAside() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(aside_, ignored);
}

FileFacts FileAside::keep() {
    flush(aside_, O_RDONLY);
    auto facts = facts_of(aside_);
    std::filesystem::rename(aside_, path_);
    flush(std::filesystem::path(path_).parent_path().string(), O_RDONLY | O_DIRECTORY);
    kept_ = true;
    return facts;
}

std::unique_ptr<TableWriter> table_writer(std::string_view format, const std::string& path, TableHead head) {
    if (format == "CSV") return csv_writer(path, std::move(head));
    if (format == "JSON") return json_writer(path, std::move(head));
    if (format == "XLSX") return xlsx_writer(path, std::move(head));
    if (format == "PDF") return pdf_writer(path, std::move(head));
    throw Error(Code::validation,
                "export_format: expected CSV, JSON, XLSX or PDF, got \"" + std::string(format) + "\"");
}

}  // namespace nightshift::core::files
