#include "core/http/multipart.h"

#include <algorithm>
#include <map>

#include "core/error/error.h"
#include "core/text/blanks.h"
#include "core/text/case.h"
#include "core/text/utf8.h"

namespace nightshift::core::http {
namespace {

constexpr std::size_t kLongestHead = 8192, kLongestBoundary = 70;  // RFC 2046 5.1.1

[[noreturn]] void broken(const std::string& why) {
    throw Error(Code::validation, "body: expected multipart/form-data, but " + why);
}

/// A quoted string or a token, taken off the front of `rest`.
std::string taken_value(std::string_view& rest) {
    std::string value;
    if (!rest.starts_with('"')) {
        const auto end = std::min(rest.find(';'), rest.size());
        value = text::trimmed(rest.substr(0, end));
        rest.remove_prefix(end);
        return value;
    }
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
        // Browsers send %22 for a quote and a backslash as it is; only an escaped quote or backslash is an escape.
        if (rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\')) ++at;
        value += rest[at];
    }
    if (at >= rest.size()) broken("a quoted value does not end");
    rest.remove_prefix(at + 1);
    return value;
}

/// `form-data; name="a"; filename="b"` after its first word. A name that stands twice is refused.
std::map<std::string, std::string> arguments_of(std::string_view header) {
    std::map<std::string, std::string> out;
    std::string_view rest = header.substr(std::min(header.find(';'), header.size()));
    while (!rest.empty()) {
        rest = text::trimmed(rest.substr(1));
        if (rest.empty()) break;
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos || equals > rest.find(';')) broken("a header's argument has no value");
        auto name = text::lower_case(text::trimmed(rest.substr(0, equals)));
        rest = text::trimmed(rest.substr(equals + 1));
        if (!out.emplace(name, taken_value(rest)).second) broken("\"" + name + "\" stands twice in a header");
        rest = text::trimmed(rest);
        if (!rest.empty() && rest.front() != ';') broken("a header goes on after its value");
    }
    return out;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// RFC 8187: UTF-8''na%C3%AFve.txt
std::string extended_value(std::string_view text) {
    const auto first = text.find('\''), second = text.find('\'', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos ||
        text::lower_case(text.substr(0, first)) != "utf-8")
        return {};
    std::string out;
    for (auto at = second + 1; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
        if (high < 0 || low < 0) return {};
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

std::string name_among(const std::map<std::string, std::string>& arguments) {
    if (const auto extended = arguments.find("filename*"); extended != arguments.end())
        if (auto name = extended_value(extended->second); !name.empty()) return name;
    const auto plain = arguments.find("filename");
    return plain == arguments.end() ? std::string{} : plain->second;
}

std::string boundary_of(std::string_view content_type) {
    const auto arguments = arguments_of(content_type);
    const auto found = arguments.find("boundary");
    if (found == arguments.end() || found->second.empty() || found->second.size() > kLongestBoundary)
        broken("Content-Type names no boundary of 1 to 70 characters");
    return found->second;
}

Part part_of(std::string_view head, std::string_view body) {
    Part part{.body = body};
    bool is_named = false;
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        head.remove_prefix(std::min(head.size(), end + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) broken("a part's header is none");
        const auto name = text::lower_case(line.substr(0, colon));
        const auto value = text::trimmed(line.substr(colon + 1));
        if (name == "content-type") part.content_type = value;
        if (name == "content-transfer-encoding" && text::lower_case(value) != "binary" &&
            text::lower_case(value) != "8bit" && text::lower_case(value) != "7bit")
            broken("a part is encoded as " + text::repaired(value) + "; RFC 7578 4.7 wants it as it is");
        if (name != "content-disposition") continue;
        if (is_named) broken("a part has two Content-Disposition headers");
        if (text::lower_case(value.substr(0, value.find(';'))) != "form-data") broken("a part is no form-data");
        const auto arguments = arguments_of(value);
        const auto field = arguments.find("name");
        if (field == arguments.end()) broken("a part has no name");
        is_named = true;
        part.name = field->second;
        if (arguments.contains("filename") || arguments.contains("filename*")) part.filename = name_among(arguments);
    }
    if (!is_named) broken("a part has no Content-Disposition");
    return part;
}

}  // namespace

bool is_multipart(std::string_view content_type) {
    return text::lower_case(text::trimmed(content_type.substr(0, content_type.find(';')))) == "multipart/form-data";
}

std::vector<Part> parts_of(std::string_view content_type, std::string_view body, std::size_t most) {
    const auto delimiter = "\r\n--" + boundary_of(content_type);
    std::vector<Part> parts;
    // The first delimiter may open the body; what stands before it or after the last one is no part (RFC 2046 5.1.1).
    std::size_t at = body.starts_with(std::string_view(delimiter).substr(2)) ? delimiter.size() - 2 : std::string::npos;
    if (at == std::string::npos) {
        at = body.find(delimiter);
        if (at == std::string_view::npos) broken("its boundary is nowhere");
        at += delimiter.size();
    }
    while (!body.substr(at).starts_with("--")) {
        while (at < body.size() && (body[at] == ' ' || body[at] == '\t')) ++at;
        if (!body.substr(at).starts_with("\r\n")) broken("a boundary's line does not end");
        at += 2;
        const auto next = body.find(delimiter, at >= 2 ? at - 2 : at);
        if (next == std::string_view::npos) broken("a part does not end");
        const auto head_end = body.substr(at).starts_with("\r\n") ? at : body.find("\r\n\r\n", at);
        if (head_end == std::string_view::npos || head_end > next || head_end - at > kLongestHead)
            broken("a part's headers do not end, or are too long");
        const auto content = head_end == at ? at + 2 : head_end + 4;
        if (content > next) broken("a part's headers do not end");
        if (parts.size() >= most) broken("it has more than " + std::to_string(most) + " parts");
        parts.push_back(part_of(body.substr(at, head_end - at), body.substr(content, next - content)));
        at = next + delimiter.size();
    }
    return parts;
}

std::string filename_of(std::string_view content_disposition) {
    return content_disposition.empty() ? std::string{} : name_among(arguments_of(content_disposition));
}

}  // namespace nightshift::core::http
