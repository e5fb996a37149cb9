#include "daemon/commands/console/save.h"

#include <Poco/SHA2Engine.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "core/error/error.h"

namespace nightshift::daemon::console {

using core::Code;
using core::Error;

struct Saved::Digest {
    Poco::SHA2Engine engine;
};

Saved::Saved(std::string path, bool over) : path_(std::move(path)), digest_(std::make_unique<Digest>()) {
    if (path_ == "-") return;
    if (!over && std::filesystem::exists(path_))
        throw Error(Code::conflict, path_ + " is there already; write over it with --force, or name another with -o");
    part_ = path_ + ".part" + std::to_string(::getpid());
    file_.open(part_, std::ios::binary | std::ios::trunc);
    if (!file_) throw Error(Code::conflict, path_ + ": can't be written here; name another with -o");
}

Saved::~Saved() {
    std::error_code ignored;
    if (!part_.empty()) std::filesystem::remove(part_, ignored);
}

bool Saved::write(std::string_view piece) {
    auto& out = path_ == "-" ? std::cout : static_cast<std::ostream&>(file_);
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    digest_->engine.update(piece.data(), piece.size());
    bytes_ += piece.size();
    if (!out) throw Error(Code::conflict, path_ + ": can't be written any further; is the disk full?");
    return true;
}

void Saved::keep(const std::string& sha256) {
    const auto got = Poco::DigestEngine::digestToHex(digest_->engine.digest());
    if (!sha256.empty() && got != sha256)
        throw Error(Code::unavailable, path_ + ": what came is not the report's file (its SHA-256 differs); try again");
    if (path_ == "-") {
        std::cout.flush();
        return;
    }
    file_.close();
    if (!file_) throw Error(Code::conflict, path_ + ": can't be written to its end; is the disk full?");
    std::filesystem::rename(part_, path_);
    part_.clear();
}

}  // namespace nightshift::daemon::console
