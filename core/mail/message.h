// A mail as text for SMTP (RFC 5322, MIME): text and HTML side by side, pictures shown in the HTML, files. Whatever
// subject, names and texts hold, they end up as that and nothing else: controls become blanks, other alphabets encoded
// words (RFC 2047) and parameters (RFC 2231), bodies quoted-printable. The same message gives the same bytes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::mail {

struct Mailbox {
    std::string address;
    std::string name = {};
};

struct Part {
    std::string name;          ///< of the file
    std::string content_type;  ///< "application/pdf"
    std::string bytes;
    std::string content_id = {};  ///< shown in the HTML as cid:<this>; empty: a file beside the text
};

struct Message {
    Mailbox from, to;
    std::string subject, text;
    std::string html = {};  ///< empty: the text alone
    std::vector<Part> parts = {};
    std::string id;                ///< of Message-ID, without its brackets: the same at each try
    std::string thread = {};       ///< an id that all mails about one subject refer to
    std::string unsubscribe = {};  ///< https address for one click (RFC 8058)
    std::chrono::system_clock::time_point at = {};
};

/// What is wrong with an address as SMTP takes it, or nothing. Plain ASCII without quotes, comments and routes.
std::string address_problem(std::string_view address);

/// Throws Error(validation) for an address, id, type or link that can't stand in a header.
std::string written(const Message& message);

/// For tests and others who write headers of their own.
std::string encoded_words(std::string_view text);
std::string quoted_printable(std::string_view text);

}  // namespace nightshift::core::mail
