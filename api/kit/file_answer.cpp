#include "api/kit/file_answer.h"

#include <algorithm>
#include <fstream>
#include <memory>

#include "api/kit/range.h"
#include "core/error/error.h"
#include "core/text/percent.h"

namespace nightshift::api::kit {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;

/// `count` bytes of a file from `first` on, piece by piece. A file that ends early cuts the connection.
core::http::BodySource source_of(const std::shared_ptr<std::ifstream>& file, std::uint64_t first, std::uint64_t count) {
    file->seekg(static_cast<std::streamoff>(first));
    return [file, left = count]() mutable {
        constexpr std::uint64_t kPiece = 65536;
        std::string piece(std::min(kPiece, left), '\0');
        file->read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(file->gcount()));
        left -= piece.size();
        return piece;
    };
}

Response no_such_range(const Request& request, const std::string& content_range) {
    const Error problem(Code::range_not_satisfiable, "Range: expected a part of the file, which is " + content_range);
    auto response = core::http::problem_response(problem.status(), problem.name(), problem.what(), core::json::object{},
                                                 request.id);
    response.headers = {{"Content-Range", content_range}, {"Accept-Ranges", "bytes"}};
    return response;
}

}  // namespace

std::string disposition(std::string_view kind, std::string_view name) {
    std::string plain, encoded;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool simple = byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.');
        plain += simple || c == ' ' ? c : '_';
        encoded += simple ? std::string(1, c) : core::text::percent(c);
    }
    return std::string(kind) + "; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

Response file_answer(const Request& request, const FileAnswer& file) {
    const auto tag = '"' + file.tag + '"';
    if (request.header("if-none-match") == tag) return {.status = 304, .headers = {{"ETag", tag}}};
    const auto bytes = std::make_shared<std::ifstream>(file.path, std::ios::binary);
    if (!*bytes) throw Error(Code::gone, "the file is no longer kept");
    const auto wanted = wanted_extent(request.header("range"), request.header("if-range"), tag, file.size);
    if (wanted.kind == Extent::Kind::unsatisfiable) return no_such_range(request, wanted.content_range(file.size));
    const bool whole = wanted.kind == Extent::Kind::whole;
    Response response{
        .status = wanted.status(),
        .content_type = file.content_type,
        .headers = {{"ETag", tag},
                    {"Accept-Ranges", "bytes"},
                    {"Content-Disposition", disposition(file.is_shown ? "inline" : "attachment", file.name)},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"},
                    {"Cache-Control", "private, no-cache"}},
        .source = source_of(bytes, wanted.first, whole ? file.size : wanted.count),
        .length = whole ? file.size : wanted.count};
    if (!whole) response.headers.emplace_back("Content-Range", wanted.content_range(file.size));
    return response;
}

}  // namespace nightshift::api::kit
