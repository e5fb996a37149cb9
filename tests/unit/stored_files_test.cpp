// What files are by their bytes, what they may be called, and how they are kept; what signs their addresses.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "api/kit/file_answer.h"
#include "core/error/error.h"
#include "core/files/media_type.h"
#include "core/files/vault.h"
#include "core/secret/secret.h"
#include "core/time/time.h"
#include "domain/attachments/files.h"
#include "domain/attachments/signed_address.h"

namespace nightshift::tests {
namespace {

using namespace std::string_literals;
using core::files::media_type_of;
using domain::attachments::plain_name;

TEST(MediaType, is_what_the_bytes_say) {
    EXPECT_EQ(media_type_of("\x89PNG\r\n\x1a\n...."s, "a.txt"), "image/png");
    EXPECT_EQ(media_type_of("\xff\xd8\xff\xe0"s), "image/jpeg");
    EXPECT_EQ(media_type_of("GIF89a\x01\0"s), "image/gif");
    EXPECT_EQ(media_type_of("%PDF-1.7\n"), "application/pdf");
    EXPECT_EQ(media_type_of("MZ\x90\0"s, "a.png"), "application/x-executable");
    EXPECT_EQ(media_type_of("\x7f"s + "ELF\x02", "a.txt"), "application/x-executable");
    EXPECT_EQ(media_type_of("#!/bin/sh\n"), "text/x-shellscript");
    EXPECT_EQ(media_type_of("RIFF....WEBPVP8 "), "image/webp");
    EXPECT_EQ(media_type_of("\0\1\2\3"s, "a.txt"), "application/octet-stream");
    EXPECT_EQ(media_type_of("MZ is how it starts"), "text/plain");
    EXPECT_EQ(media_type_of("gr\xfc\xdf"s + " an alle"), "text/plain");
    EXPECT_EQ(media_type_of("a,b\n", "a.CSV"), "text/csv");
    EXPECT_EQ(media_type_of("PK\x03\x04"s + std::string(26, '\0') + "[Content_Types].xml", "a.docx"),
              "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    EXPECT_EQ(media_type_of("PK\x03\x04"s + std::string(26, '\0') + "a", "a.docx"), "application/zip");
}

TEST(MediaType, is_never_harmless_where_a_browser_could_run_it) {
    for (const auto* text : {"<html>", "  <!DOCTYPE HTML>", "GIF89a=1;<script>alert(1)</script>", "a <ScRiPt src=x>",
                             "<svg xmlns='http://www.w3.org/2000/svg'/>", "<?xml version='1.0'?><x/>", "#!/bin/sh"})
        EXPECT_FALSE(core::files::is_harmless(media_type_of(text, "a.png"))) << text;
    for (const auto* name : {"a.html", "a.svg", "a.js"}) EXPECT_EQ(media_type_of("alert(1)", name), "text/plain");
}

TEST(AttachmentName, holds_no_path_and_nothing_that_deceives) {
    EXPECT_EQ(plain_name("../../etc/passwd"), "passwd");
    EXPECT_EQ(plain_name("C:\\temp\\plan.xlsx"), "plan.xlsx");
    EXPECT_EQ(plain_name(".."), "file");
    EXPECT_EQ(plain_name(""), "file");
    EXPECT_EQ(plain_name("/"), "file");
    EXPECT_EQ(plain_name(".htaccess"), "htaccess");
    EXPECT_EQ(plain_name("a\r\nX: y\0z"s), "aX: yz");
    EXPECT_EQ(plain_name("exe.\xe2\x80\xaetxt"), "exe.txt");
    EXPECT_EQ(plain_name("caf\xc3\xa9.pdf"), "caf\xc3\xa9.pdf");
    const auto longest = plain_name(std::string(500, 'a') + ".pdf");
    EXPECT_EQ(longest.size(), 200U);
    EXPECT_TRUE(longest.ends_with("a.pdf"));
}

TEST(AttachmentName, breaks_no_header) {
    EXPECT_EQ(api::kit::disposition("attachment", "a\"b;c\xc3\xa9.pdf"),
              "attachment; filename=\"a_b_c__.pdf\"; filename*=UTF-8''a%22b%3Bc%C3%A9.pdf");
}

TEST(SignedAddress, opens_one_thing_for_a_while) {
    using domain::attachments::SignedAddress;
    const SignedAddress ours("a key of ours"), other("another key");
    const std::chrono::system_clock::time_point now{std::chrono::seconds(1'800'000'000)};
    const auto until = now + std::chrono::seconds(60);
    const auto address = ours.sign("download", "/a/1/file", until);
    const auto opens = [](const SignedAddress& by, std::string_view purpose, const std::string& given, auto at) {
        core::http::Request request{.path = given.substr(0, given.find('?'))};
        const auto expires = given.find("expires=") + 8, end = given.find('&');
        request.query = {{"expires", given.substr(expires, end - expires)}, {"signature", given.substr(end + 11)}};
        try {
            by.require(purpose, request, at);
            return true;
        } catch (const core::Error& problem) {
            EXPECT_EQ(problem.code(), core::Code::forbidden);
            return false;
        }
    };
    EXPECT_TRUE(opens(ours, "download", address, now));
    EXPECT_TRUE(opens(ours, "download", address, until - std::chrono::seconds(1)));
    EXPECT_FALSE(opens(ours, "download", address, until));
    EXPECT_FALSE(opens(ours, "upload", address, now));
    EXPECT_FALSE(opens(other, "download", address, now));
    for (std::size_t i = 0; i < address.size(); ++i) {
        auto changed = address;
        changed[i] = changed[i] == '1' ? '2' : '1';
        const auto names = address.find("&signature=");
        const bool is_value = i < address.find('?') || (i > address.find('=') && i < names) || i >= names + 11;
        if (!is_value) continue;
        EXPECT_FALSE(opens(ours, "download", changed, now)) << changed;
    }
    EXPECT_FALSE(opens(ours, "download", "/a/1/file?expires=&signature=", now));
    EXPECT_FALSE(opens(ours, "download", "/a/1/file?expires=9999999999999999999999&signature=x", now));
}

TEST(Hmac, is_that_of_the_rfc) {  // RFC 4231, 4.3
    EXPECT_EQ(core::secret::hmac("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_TRUE(core::secret::same("abc", "abc"));
    EXPECT_FALSE(core::secret::same("abc", "abd"));
    EXPECT_FALSE(core::secret::same("abc", "ab"));
    EXPECT_FALSE(core::secret::same("", "a"));
}

class Vaults : public testing::Test {
protected:
    ~Vaults() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::set<std::string> older(int seconds) const {
        std::set<std::string> found;
        vault.each_older(std::chrono::seconds(seconds),
                         [&](const std::string& key, const std::filesystem::path&) { found.insert(key); });
        return found;
    }
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("vault-" + core::time::uuid7());
    const core::files::Vault vault{folder};
};

TEST_F(Vaults, keep_what_they_are_given_under_names_of_their_own) {
    EXPECT_TRUE(older(0).empty());
    const auto one = vault.keep("hello\0there"s), two = vault.keep("");
    EXPECT_NE(one, two);
    std::ifstream file(vault.path_of(one), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "hello\0there"s);
    EXPECT_EQ(older(0), (std::set<std::string>{one, two}));
    EXPECT_TRUE(older(3600).empty());
    vault.remove(one);
    vault.remove(one);
    EXPECT_EQ(older(0), std::set<std::string>{two});
}

TEST_F(Vaults, know_no_other_files_and_find_those_that_were_never_finished) {
    const auto key = vault.keep("x");
    for (const auto* bad : {"", "..", "../../etc/passwd", "ABCDEF0123456789ABCDEF0123456789", "0123"})
        EXPECT_THROW(vault.path_of(bad), core::Error) << bad;
    std::ofstream(folder / "README") << "mine";
    std::ofstream(folder / key.substr(0, 2) / "mine") << "mine";
    std::ofstream(vault.path_of(key).string() + ".part") << "half";
    EXPECT_EQ(older(0), (std::set<std::string>{key, ""}));
}

TEST_F(Vaults, say_why_they_can_not) {
    std::ofstream(folder) << "a file where the folder should be";
    try {
        vault.keep("x");
        FAIL();
    } catch (const core::Error& problem) {
        EXPECT_EQ(problem.code(), core::Code::unavailable);
    }
}

}  // namespace
}  // namespace nightshift::tests
