#include "core/files/media_type.h"

#include <algorithm>
#include <string>

#include "core/text/case.h"

namespace nightshift::core::files {
namespace {

using namespace std::string_view_literals;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    std::string_view type;
};

constexpr Magic kMagic[] = {
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "GIF87a"sv, "image/gif"},
    {0, "GIF89a"sv, "image/gif"},
    {0, "II*\0"sv, "image/tiff"},
    {0, "MM\0*"sv, "image/tiff"},
    {0, "%PDF-"sv, "application/pdf"},
    {0, "{\\rtf"sv, "application/rtf"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    {0, "\x1f\x8b"sv, "application/gzip"},
    {0, "BZh"sv, "application/x-bzip2"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "application/x-xz"},
    {0, "\x28\xb5\x2f\xfd"sv, "application/zstd"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {0, "Rar!\x1a\x07"sv, "application/vnd.rar"},
    {257, "ustar"sv, "application/x-tar"},
    {0, "OggS"sv, "audio/ogg"},
    {0, "fLaC"sv, "audio/flac"},
    {0, "ID3"sv, "audio/mpeg"},
    {0, "\xff\xfb"sv, "audio/mpeg"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "\x1a\x45\xdf\xa3"sv, "video/webm"},
    {0,
     "\x7f"
     "ELF"sv,
     "application/x-executable"},
    {0, "MZ"sv, "application/x-executable"},
    {0, "\xfe\xed\xfa\xce"sv, "application/x-executable"},
    {0, "\xfe\xed\xfa\xcf"sv, "application/x-executable"},
    {0, "\xcf\xfa\xed\xfe"sv, "application/x-executable"},
    {0, "\xca\xfe\xba\xbe"sv, "application/x-executable"},
    {0, "#!"sv, "text/x-shellscript"},
};

struct Named {
    std::string_view ending, type;
};
constexpr Named kInZip[] = {
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {".odp", "application/vnd.oasis.opendocument.presentation"},
};
constexpr Named kInOle[] = {
    {".doc", "application/msword"},
    {".xls", "application/vnd.ms-excel"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".msg", "application/vnd.ms-outlook"},
};
constexpr Named kText[] = {{".csv", "text/csv"}, {".md", "text/markdown"}, {".json", "application/json"}};

template <std::size_t Count>
std::string_view by_name(const Named (&known)[Count], std::string_view name, std::string_view otherwise) {
    const auto lower = text::lower_case(name);
    for (const auto& one : known)
        if (lower.ends_with(one.ending)) return one.type;
    return otherwise;
}

/// What a browser could take for a page: it looks for these in the first 1445 bytes. WHATWG MIME Sniffing, 7.1.
bool is_page(std::string_view start) {
    constexpr std::string_view kTags[] = {
        "<!doctype html", "<html",     "<head", "<body",  "<script", "<iframe", "<h1", "<div",
        "<font",          "<table",    "<a ",   "<style", "<title",  "<b>",     "<br", "<p>",
        "<object",        "<template", "<form", "<img"};
    return std::ranges::any_of(kTags, [&](auto tag) { return start.find(tag) != std::string_view::npos; });
}

/// Text in UTF-8 or an older encoding: no zero byte, and no controls but those that lay out.
bool is_text(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 ? byte != 0x7f : c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\x1b';
    });
}

/// Letters like GIF89a, which a text may begin with too; these three are what their files are written in.
bool is_word(std::string_view magic) {
    return magic != "%PDF-" && magic != "{\\rtf" && magic != "#!" &&
           std::ranges::all_of(magic, [](char c) { return c >= ' ' && c < 0x7f; });
}

std::string_view text_type(std::string_view bytes, std::string_view name) {
    constexpr std::size_t kLook = 4096;
    const auto start = text::lower_case(bytes.substr(0, kLook));
    if (start.find("<svg") != std::string::npos) return "image/svg+xml";
    if (is_page(start)) return "text/html";
    if (const auto first = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
        start.substr(std::min(first, start.size())).starts_with("<?xml"))
        return "application/xml";
    return by_name(kText, name, "text/plain");
}

}  // namespace

std::string_view media_type_of(std::string_view bytes, std::string_view name) {
    if (bytes.empty()) return "text/plain";
    if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) {
        const bool is_office =
            bytes.find("[Content_Types].xml") != std::string_view::npos || bytes.substr(30, 8) == "mimetype";
        return is_office ? by_name(kInZip, name, "application/zip") : "application/zip";
    }
    if (bytes.starts_with("RIFF") && bytes.size() >= 12) {
        const auto form = bytes.substr(8, 4);
        return form == "WEBP" ? "image/webp" : form == "WAVE" ? "audio/wav" : "application/octet-stream";
    }
    const bool reads = is_text(bytes);
    for (const auto& one : kMagic)
        if (bytes.size() >= one.at && bytes.substr(one.at).starts_with(one.bytes) && !(reads && is_word(one.bytes)))
            return one.type == "application/x-ole-storage" ? by_name(kInOle, name, one.type) : one.type;
    return reads ? text_type(bytes, name) : "application/octet-stream";
}

bool is_harmless(std::string_view media_type) {
    constexpr std::string_view kHarmless[] = {"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"};
    return std::ranges::find(kHarmless, media_type) != std::end(kHarmless);
}

bool is_among(std::string_view media_type, std::string_view listed) {
    return listed == "*/*" || listed == media_type ||
           (listed.ends_with('*') && media_type.starts_with(listed.substr(0, listed.size() - 1)));
}

}  // namespace nightshift::core::files
