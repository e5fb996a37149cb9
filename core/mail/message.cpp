#include "core/mail/message.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "core/error/error.h"
#include "core/secret/secret.h"
#include "core/text/base64.h"
#include "core/text/percent.h"
#include "core/text/utf8.h"

namespace nightshift::core::mail {
namespace {

bool is_graphic(char c) {
    return c > ' ' && c <= '~';
}

void require_word(std::string_view what, std::string_view given) {
    const bool fits = !given.empty() && given.size() <= 900 && std::ranges::all_of(given, is_graphic) &&
                      given.find_first_of("<>") == std::string_view::npos;
    if (!fits)
        throw Error(Code::validation,
                    std::string(what) + ": expected one word of plain characters, got \"" + std::string(given) + '"');
}

std::string date_of(std::chrono::system_clock::time_point at) {
    const auto seconds = std::chrono::system_clock::to_time_t(at);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 40> text{};
    const auto size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                                    kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                    kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                                    parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string mailbox(std::string_view what, const Mailbox& box) {
    if (const auto problem = address_problem(box.address); !problem.empty())
        throw Error(Code::validation, std::string(what) + ": " + problem);
    if (box.name.empty()) return box.address;
    const auto words = encoded_words(text::cut(box.name, 200));
    return (words.starts_with("=?") ? words + "\r\n " : quoted(words) + " ") + "<" + box.address + ">";
}

bool is_attribute_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_';
}

/// filename="plain", or filename*=UTF-8''encoded (RFC 2231) for what does not fit in there.
std::string file_name(const std::string& name) {
    std::string plain, encoded;
    bool is_plain = true;
    const auto repaired = text::repaired(text::cut(name, 150));
    std::string_view rest = repaired;
    while (!rest.empty()) {
        const auto [code, length] = text::first(rest);
        const auto character = text::is_deceptive(code) ? std::string_view("_") : rest.substr(0, length);
        const char c = character.front();
        is_plain = is_plain && character.size() == 1 && c != '"' && c != '\\';
        plain += character;
        for (const char byte : character)
            encoded += is_attribute_character(byte) ? std::string(1, byte) : text::percent(byte);
        rest.remove_prefix(length);
    }
    return is_plain ? "filename=\"" + plain + '"' : "filename*=UTF-8''" + encoded;
}

std::string in_lines(std::string_view bytes) {
    constexpr std::size_t kLine = 57;  // bytes: 76 letters
    std::string out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kLine, bytes.size())))
        out += text::base64(bytes.substr(0, kLine)) + "\r\n";
    return out;
}

std::string text_part(std::string_view type, std::string_view text) {
    return "Content-Type: " + std::string(type) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(text) + "\r\n";
}

std::string file_part(const Part& part) {
    require_word("content_type", part.content_type);
    std::string out = "Content-Type: " + part.content_type + "\r\nContent-Transfer-Encoding: base64\r\n";
    if (part.content_id.empty()) {
        out += "Content-Disposition: attachment; " + file_name(part.name) + "\r\n";
    } else {
        require_word("content_id", part.content_id);
        out += "Content-ID: <" + part.content_id + ">\r\nContent-Disposition: inline; " + file_name(part.name) + "\r\n";
    }
    return out + "\r\n" + in_lines(part.bytes);
}

/// Parts, of which each begins with its own headers, as one. Neither encoding of ours can write "=_".
std::string together(std::string_view kind, const std::string& id, const std::vector<std::string>& parts) {
    if (parts.size() == 1) return parts.front();
    const auto boundary = "=_" + std::string(kind) + "_" + secret::digest(id).substr(0, 24);
    std::string out = "Content-Type: multipart/" + std::string(kind) + ";\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    for (const auto& part : parts) out += "--" + boundary + "\r\n" + part;
    return out + "--" + boundary + "--\r\n";
}

std::string body_of(const Message& message) {
    std::vector<std::string> words{text_part("text/plain", message.text)};
    if (!message.html.empty()) words.push_back(text_part("text/html", message.html));
    std::vector<std::string> shown{together("alternative", message.id, words)};
    std::vector<std::string> files;
    for (const auto& part : message.parts) (part.content_id.empty() ? files : shown).push_back(file_part(part));
    files.insert(files.begin(), together("related", message.id, shown));
    return together("mixed", message.id, files);
}

}  // namespace

std::string address_problem(std::string_view address) {
    constexpr std::size_t kMost = 254, kMostLocal = 64;
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    auto bad = "expected an address like jane@example.org, got \"" + std::string(address) + '"';
    const auto at = address.find('@');
    if (at == std::string_view::npos || address.size() > kMost) return bad;
    const auto dotted = [](std::string_view text, const std::string& may_hold) {
        return !text.empty() && text.front() != '.' && text.back() != '.' &&
               text.find("..") == std::string_view::npos && text.find_first_not_of(may_hold) == std::string_view::npos;
    };
    const auto local = address.substr(0, at), host = address.substr(at + 1);
    const bool fits = local.size() <= kMostLocal && dotted(local, std::string(kLetters) + "!#$%&'*+-/=?^_`{|}~.") &&
                      dotted(host, std::string(kLetters) + "-.") && host.front() != '-' && host.back() != '-';
    return fits ? std::string{} : bad;
}

std::string written(const Message& message) {
    require_word("id", message.id);
    std::string head = "Date: " + date_of(message.at) + "\r\nFrom: " + mailbox("from", message.from) +
                       "\r\nTo: " + mailbox("to", message.to) +
                       "\r\nSubject: " + encoded_words(text::cut(message.subject, 500)) + "\r\nMessage-ID: <" +
                       message.id + ">\r\n";
    if (!message.thread.empty() && message.thread != message.id) {
        require_word("thread", message.thread);
        head += "In-Reply-To: <" + message.thread + ">\r\nReferences: <" + message.thread + ">\r\n";
    }
    if (!message.unsubscribe.empty()) {
        require_word("unsubscribe", message.unsubscribe);
        head +=
            "List-Unsubscribe: <" + message.unsubscribe + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    }
    return head + "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n" + body_of(message);
}

}  // namespace nightshift::core::mail
