// Forms with files: RFC 7578, read strictly.
#include "core/http/multipart.h"

#include <gtest/gtest.h>

#include "core/error/error.h"

namespace nightshift::core::http {
namespace {

const std::string kType = "multipart/form-data; boundary=x";

std::string form(const std::string& headers, const std::string& body) {
    return "--x\r\n" + headers + "\r\n\r\n" + body + "\r\n--x--\r\n";
}
std::string named(const std::string& disposition) {
    const auto parts = parts_of(kType, form("Content-Disposition: form-data; name=\"f\"; " + disposition, "b"));
    return parts.size() == 1 && parts[0].filename ? *parts[0].filename : "(none)";
}

TEST(Multipart, gives_each_part_as_it_is) {
    const auto parts = parts_of(
        "Multipart/Form-Data; charset=utf-8; boundary=\"x\"",
        "preamble\r\n--x\r\nContent-Disposition: form-data; name=\"job_id\"\r\n\r\n12\r\n--x \r\ncontent-type: "
        "image/png\r\n"
        "CONTENT-DISPOSITION: form-data; name=file; filename=\"a.png\"\r\n\r\n\r\n--y\r\n\r\n--x--\r\nepilogue");
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].name, "job_id");
    EXPECT_EQ(parts[0].body, "12");
    EXPECT_FALSE(parts[0].filename);
    EXPECT_EQ(parts[1].name, "file");
    EXPECT_EQ(parts[1].content_type, "image/png");
    EXPECT_EQ(parts[1].body, "\r\n--y\r\n");
    EXPECT_EQ(parts_of(kType, form("Content-Disposition: form-data; name=\"f\"", ""))[0].body, "");
    EXPECT_TRUE(parts_of(kType, "--x--").empty());
}

TEST(Multipart, gives_names_as_they_were_meant) {
    EXPECT_EQ(named("filename=\"a \\\"b\\\".txt\""), "a \"b\".txt");
    EXPECT_EQ(named("filename=\"C:\\temp\\a.txt\""), "C:\\temp\\a.txt");
    EXPECT_EQ(named("filename=\"x; name=y\""), "x; name=y");
    EXPECT_EQ(named("filename=plain.txt"), "plain.txt");
    EXPECT_EQ(named("filename=\"\""), "");
    EXPECT_EQ(named("filename=\"e.txt\"; filename*=UTF-8''%C3%A9.txt"), "\xc3\xa9.txt");
    EXPECT_EQ(named("filename=\"e.txt\"; filename*=UTF-8''%C"), "e.txt");
    EXPECT_EQ(named("filename=\"e.txt\"; filename*=KOI8-R''x"), "e.txt");
    EXPECT_EQ(filename_of("attachment; filename=\"a.txt\""), "a.txt");
    EXPECT_EQ(filename_of(""), "");
    EXPECT_EQ(filename_of("attachment"), "");
}

TEST(Multipart, refuses_what_is_no_form) {
    const std::string head = "Content-Disposition: form-data; name=\"f\"";
    for (const auto& body : std::vector<std::string>{
             "", "--x", "--x\r\n", "--y--", "--x\r\n" + head + "\r\n\r\nb", "--x\r\n" + head + "\r\n--x--",
             form("", "b"), form("nonsense", "b"), form("Content-Disposition: attachment; name=f", "b"),
             form("Content-Disposition: form-data", "b"), form("Content-Disposition: form-data; name=\"f", "b"),
             form(head + "; name=\"g\"", "b"), form(head + "\r\n" + head, "b"), form(head + "; filename", "b"),
             form(head + " x", "b"), form(head + "\r\nContent-Transfer-Encoding: base64", "b"),
             form(head + "\r\nX: " + std::string(9000, 'x'), "b"), "--x\r\n\r\n--x--",
             "--xy\r\n" + head + "\r\n\r\nb\r\n--x--"})
        EXPECT_THROW(parts_of(kType, body), Error) << body.substr(0, 200);
    for (const auto* type :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"x"})
        EXPECT_THROW(parts_of(type, "--x--"), Error) << type;
    EXPECT_THROW(parts_of("multipart/form-data; boundary=" + std::string(71, 'b'), "--x--"), Error);
    std::string many;
    for (int i = 0; i < 40; ++i) many += "--x\r\n" + head + "\r\n\r\nb\r\n";
    EXPECT_THROW(parts_of(kType, many + "--x--"), Error);
}

TEST(Multipart, ends_whatever_it_is_given) {
    const auto whole = form("Content-Disposition: form-data; name=\"f\"; filename*=UTF-8''%C3%A9", "body\r\n--x");
    for (std::size_t cut = 0; cut < whole.size(); ++cut)
        for (const char c : {'\0', '"', '\\', '-', ';', '%', '\r'}) {
            auto changed = whole;
            changed[cut] = c;
            for (const auto& text : {changed, whole.substr(0, cut)}) try {
                    parts_of(kType, text);
                } catch (const Error& problem) {
                    EXPECT_EQ(problem.code(), Code::validation);
                }
        }
}

}  // namespace
}  // namespace nightshift::core::http
