// A mail as text: whatever people write, it stays what it is.
#include "core/mail/message.h"

#include <gtest/gtest.h>

#include <vector>

#include <sstream>

#include "core/error/error.h"

namespace nightshift::core::mail {
namespace {

Message plain_mail() {
    return {.from = {"night@example.org", "Nightshift"},
            .to = {"jane@example.org", "Jane"},
            .subject = "Hello",
            .text = "Hello Jane",
            .id = "1@example.org"};
}

/// Header lines of the whole, folded ones joined.
std::vector<std::string> headers_of(const std::string& mail) {
    std::vector<std::string> lines;
    std::istringstream in(mail.substr(0, mail.find("\r\n\r\n")));
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.starts_with(' ') && !lines.empty())
            lines.back() += line;
        else
            lines.push_back(line);
    }
    return lines;
}

bool has_header(const std::string& mail, const std::string& begin) {
    for (const auto& line : headers_of(mail))
        if (line.starts_with(begin)) return true;
    return false;
}

void expect_good_lines(const std::string& mail) {
    std::size_t from = 0;
    for (std::size_t at = 0; at < mail.size(); ++at) {
        if (mail[at] == '\n') {
            EXPECT_TRUE(at > 0 && mail[at - 1] == '\r') << "a bare line feed";
            EXPECT_LE(at - from, 998U);
            from = at + 1;
        }
        if (mail[at] == '\r') {
            EXPECT_TRUE(at + 1 < mail.size() && mail[at + 1] == '\n') << "a bare return";
        }
        EXPECT_LT(static_cast<unsigned char>(mail[at]), 0x80U);
    }
}

TEST(Mail, of_text_alone_is_one_part) {
    const auto mail = written(plain_mail());
    EXPECT_TRUE(has_header(mail, "Content-Type: text/plain; charset=utf-8"));
    EXPECT_TRUE(has_header(mail, "Message-ID: <1@example.org>"));
    EXPECT_TRUE(has_header(mail, "Auto-Submitted: auto-generated"));
    EXPECT_TRUE(has_header(mail, "Date: Thu, 01 Jan 1970 00:00:00 +0000"));
    EXPECT_EQ(mail.substr(mail.find("\r\n\r\n") + 4), "Hello Jane\r\n");
}

TEST(Mail, keeps_what_people_write_out_of_its_headers) {
    const std::vector<std::string> wicked{"a\r\nBcc: evil@example.org",
                                          "a\nBcc: evil@example.org",
                                          "a\r\n\r\nbody",
                                          "a\rBcc: x@y.de",
                                          std::string("a\0Bcc: x", 8),
                                          "a\xe2\x80\xa8"
                                          "Bcc: x",
                                          "a\xc2\x85"
                                          "Bcc: x"};
    for (const auto& bad : wicked) {
        auto message = plain_mail();
        message.subject = bad;
        message.to.name = bad;
        message.from.name = bad;
        message.html = "<p>x</p>";
        message.parts = {{.name = bad, .content_type = "text/csv", .bytes = "1"}};
        const auto mail = written(message);
        EXPECT_FALSE(has_header(mail, "Bcc")) << mail;
        EXPECT_EQ(mail.find("\nBcc"), std::string::npos) << mail;
        expect_good_lines(mail);
    }
}

TEST(Mail, refuses_addresses_and_ids_that_are_none) {
    for (const std::string bad :
         {"", "jane", "@example.org", "jane@", "ja ne@example.org", "jane@example.org\r\nRCPT TO:<x@y>",
          "jane@example.org>", "<jane@example.org", "j\xc3\xa4ne@example.org", ".jane@example.org", "jane@example..org",
          "jane@-example.org", "jane@example.org,joe@example.org"}) {
        EXPECT_NE(address_problem(bad), "") << bad;
        auto message = plain_mail();
        message.to.address = bad;
        EXPECT_THROW(written(message), Error) << bad;
        message = plain_mail();
        message.id = bad + " x";
        EXPECT_THROW(written(message), Error) << bad;
    }
    for (const std::string good : {"jane@example.org", "jane.doe+tag@sub.example.org", "o'neil@example.org"})
        EXPECT_EQ(address_problem(good), "") << good;
}

TEST(Mail, words_of_other_alphabets_are_encoded_in_pieces_of_whole_characters) {
    EXPECT_EQ(encoded_words("plain"), "plain");
    EXPECT_EQ(encoded_words("Grün"), "=?UTF-8?B?R3LDvG4=?=");
    EXPECT_EQ(encoded_words("=?UTF-8?Q?x?="), "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
    std::string text;
    for (int i = 0; i < 60; ++i) text += "äöü";
    std::istringstream lines(encoded_words(text));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 77U) << line;
}

TEST(Mail, bodies_are_quoted_printable_with_short_lines_of_crlf) {
    EXPECT_EQ(quoted_printable("a=b"), "a=3Db");
    EXPECT_EQ(quoted_printable("gr\xc3\xbc"
                               "n\nx "),
              "gr=C3=BCn\r\nx=20");
    EXPECT_EQ(quoted_printable("a\r\n.\r\nb"), "a\r\n=2E\r\nb");
    EXPECT_EQ(quoted_printable("lone\rreturn"), "lone=0Dreturn");
    std::istringstream lines(quoted_printable(std::string(500, 'x')));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 77U);
}

TEST(Mail, with_pictures_and_files_nests_them_as_readers_expect) {
    auto message = plain_mail();
    message.html = "<img src=\"cid:chart\">";
    message.parts = {
        {.name = "Übersicht 2026.pdf", .content_type = "application/pdf", .bytes = std::string(1000, '\0')},
        {.name = "chart.png", .content_type = "image/png", .bytes = "png", .content_id = "chart"}};
    const auto mail = written(message);
    expect_good_lines(mail);
    const auto mixed = mail.find("multipart/mixed"), related = mail.find("multipart/related"),
               alternative = mail.find("multipart/alternative"), text = mail.find("text/plain"),
               html = mail.find("text/html"), picture = mail.find("Content-ID: <chart>"),
               file = mail.find("attachment; filename=");
    EXPECT_LT(mixed, related);
    EXPECT_LT(related, alternative);
    EXPECT_LT(alternative, text);
    EXPECT_LT(text, html);
    EXPECT_LT(html, picture);
    EXPECT_LT(picture, file);
    EXPECT_NE(mail.find("filename*=UTF-8''%C3%9Cbersicht%202026.pdf"), std::string::npos);
    EXPECT_EQ(mail, written(message));
}

TEST(Mail, of_one_subject_refer_to_one_another_and_can_be_ended_by_one_click) {
    auto message = plain_mail();
    message.thread = "job@example.org";
    message.unsubscribe = "https://example.org/unsubscribe?token=x";
    const auto mail = written(message);
    EXPECT_TRUE(has_header(mail, "In-Reply-To: <job@example.org>"));
    EXPECT_TRUE(has_header(mail, "References: <job@example.org>"));
    EXPECT_TRUE(has_header(mail, "List-Unsubscribe: <https://example.org/unsubscribe?token=x>"));
    EXPECT_TRUE(has_header(mail, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
}

}  // namespace
}  // namespace nightshift::core::mail
