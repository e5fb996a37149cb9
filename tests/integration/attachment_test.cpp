// Files of jobs over the API: kept by content, within limits, seen as the job is seen, scanned where somebody scans.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/clamd/clamd.h"
#include "core/error/error.h"
#include "core/files/vault.h"
#include "core/http/client.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/bucket_sink.h"
#include "tests/kit/fake_run.h"
#include "tests/kit/program.h"
#include "tests/kit/scanner.h"
#include "workers/maintenance/attachment_cleanup.h"

namespace nightshift::tests {
namespace {

namespace json = core::json;
using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;

const std::string kPng = "\x89PNG\r\n\x1a\n and more"s;

class Attachments : public ApiFixture {
protected:
    void SetUp() override {
        settings["attachments.folder"] = folder.string();
        settings["attachments.types"] = json::array{"text/*", "image/*", "application/pdf"};
        ApiFixture::SetUp();
        configure_jobs();
        job_id = job(admin);
    }
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::string path() const { return "/api/v1/jobs/" + job_id + "/attachments"; }
    Reply send(const Person& who, const std::string& bytes, const std::string& name = "a.txt") {
        return call(who, "POST", path() + "?filename=" + name, bytes, {{"content-type", "application/octet-stream"}});
    }
    static std::string form(const std::string& bytes, const std::string& name, const std::string& more = {}) {
        return "--b\r\n" + (more.empty() ? "" : more + "\r\n--b\r\n") +
               "Content-Disposition: form-data; name=\"file\"; filename=\"" + name +
               "\"\r\nContent-Type: image/png\r\n\r\n" + bytes + "\r\n--b--\r\n";
    }
    static Headers of_form() { return {{"content-type", "multipart/form-data; boundary=b"}}; }
    std::size_t files_kept() const {
        std::size_t count = 0;
        core::files::Vault(folder).each_older(std::chrono::seconds(0), [&](const auto&, const auto&) { ++count; });
        return count;
    }
    json::value cleaned(bool is_dry = false, const std::string& more = {}) {
        FakeRun run("attachments: {folder: " + folder.string() + more + "}", &database.pool());
        const auto outcome =
            run.work(workers::maintenance::attachment_cleanup::kind, {{"older_than", "0s"}, {"dry_run", is_dry}});
        const auto* done = std::get_if<queue::Done>(&outcome);
        EXPECT_NE(done, nullptr);
        return done == nullptr ? json::value() : done->result;
    }

    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("files-" + core::time::uuid7());
    std::string job_id;
};

TEST_F(Attachments, AreUploadedAsAFormListedDownloadedAndDeleted) {
    const auto made = call(admin, "POST", path(), form(kPng, "..\\photo \xc3\xa9.png"), of_form());
    ASSERT_EQ(made.status, 201) << made;
    EXPECT_EQ(made.at("filename"), "photo \xc3\xa9.png");
    EXPECT_EQ(made.at("content_type"), "image/png");
    EXPECT_EQ(made.at("size"), std::to_string(kPng.size()));
    EXPECT_EQ(made.at("uploaded_by_user_id"), admin.id);
    EXPECT_EQ(made.header("Location"), "/api/v1/attachments/" + made.at("id"));
    for (const auto& list : {path(), "/api/v1/attachments/job/" + job_id, "/api/v1/attachments/ticket/" + job_id,
                             "/api/v1/attachments?job_id=" + job_id, "/jobs/" + job_id + "/attachments"})
        EXPECT_EQ(call(admin, "GET", list).count(), 1U) << list;
    const auto item = made.header("Location");
    EXPECT_EQ(call(admin, "GET", item).body, made.body);
    const auto file = call(admin, "GET", item + "/download");
    EXPECT_EQ(file.status, 200) << file;
    EXPECT_EQ(file.text, kPng);
    EXPECT_EQ(file.header("Content-Disposition"),
              "inline; filename=\"photo __.png\"; filename*=UTF-8''photo%20%C3%A9.png");
    const auto details = call(admin, "GET", "/api/v1/jobs/" + job_id + "/details");
    EXPECT_EQ(details.body.at("attachments").at(0).at("uploaded_by").at("id").as_string(), admin.id);
    EXPECT_THAT(call(admin, "GET", "/api/v1/jobs/" + job_id + "/history").text, HasSubstr(R"("subject":"attachment")"));
    EXPECT_EQ(files_kept(), 1U);
    EXPECT_EQ(call(admin, "DELETE", item).status, 204);
    for (const auto& gone : {item, item + "/download", item + "/download-url"})
        EXPECT_EQ(call(admin, "GET", gone).status, 404) << gone;
    EXPECT_EQ(files_kept(), 0U);
    EXPECT_EQ(call(admin, "GET", path()).count(), 0U);
}

TEST_F(Attachments, AreTakenWithTheirJobBesideThem) {
    const auto made =
        call(admin, "POST", "/api/v1/attachments",
             form("hello", "a.txt", "Content-Disposition: form-data; name=\"job_id\"\r\n\r\n" + job_id), of_form());
    EXPECT_EQ(made.status, 201) << made;
    EXPECT_EQ(made.at("job_id"), job_id);
    EXPECT_EQ(call(admin, "POST", "/api/v1/attachments", form("hello", "a.txt"), of_form()).status, 400);
}

TEST_F(Attachments, AreServedInPartAndByTheirTag) {
    const auto item = send(admin, "0123456789").header("Location");
    const auto part = call(admin, "GET", item + "/download", {}, {{"range", "bytes=2-4"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.text, "234");
    EXPECT_EQ(call(admin, "GET", item + "/download", {}, {{"if-none-match", part.header("ETag")}}).status, 304);
    EXPECT_EQ(call(admin, "GET", item + "/download", {}, {{"range", "bytes=99-"}}).status, 416);
}

TEST_F(Attachments, AreTypedByWhatTheyHoldAndNeverRunByABrowser) {
    const auto page = call(admin, "POST", path(), form("<html><script>alert(1)</script>", "cat.png"), of_form());
    ASSERT_EQ(page.status, 201) << page;
    EXPECT_EQ(page.at("content_type"), "text/html");
    const auto file = raw(admin.token, "GET", page.header("Location") + "/download");
    EXPECT_THAT(file.content_type, HasSubstr("text/html"));
    const auto answer = call(admin, "GET", page.header("Location") + "/download");
    EXPECT_THAT(answer.header("Content-Disposition"), testing::StartsWith("attachment;"));
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("sandbox"));
    const auto program = send(admin, "MZ\x90\0\3"s, "report.pdf");
    EXPECT_EQ(program.status, 415) << program;
    EXPECT_THAT(program.text, HasSubstr("application/x-executable"));
    EXPECT_EQ(send(admin, "\0\1\2"s).status, 415);
    EXPECT_EQ(files_kept(), 1U);
}

TEST_F(Attachments, AreRefusedBeyondTheirLimitsAndWhenEmpty) {
    settings["attachments.max_file"] = "100B";
    settings["attachments.max_job"] = 250;
    make_routes();
    EXPECT_EQ(send(admin, std::string(101, 'x')).status, 413);
    EXPECT_EQ(send(admin, "").status, 400);
    EXPECT_EQ(call(admin, "POST", path(), form("", "a.txt"), of_form()).status, 400);
    EXPECT_EQ(call(admin, "POST", path(), "--b--", of_form()).status, 400);
    std::string last;
    for (int i = 0; i < 2; ++i) last = send(admin, std::string(100, 'x')).header("Location");
    const auto full = send(admin, std::string(51, 'x'));
    EXPECT_EQ(full.status, 413) << full;
    EXPECT_THAT(full.text, HasSubstr("200"));
    EXPECT_EQ(files_kept(), 2U) << "what was refused is not kept";
    EXPECT_EQ(call(admin, "DELETE", last).status, 204);
    EXPECT_EQ(send(admin, std::string(51, 'x')).status, 201) << "there is room again";
}

TEST_F(Attachments, NeverHaveMoreBytesThanAJobMayHoweverManyAreSentAtOnce) {
    settings["attachments.max_job"] = 300;
    make_routes();
    std::atomic<int> taken = 0, refused = 0;
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 8; ++i)
            senders.emplace_back([&] {
                const auto status = send(admin, std::string(100, 'x')).status;
                ++(status == 201 ? taken : refused);
                EXPECT_TRUE(status == 201 || status == 413) << status;
            });
    }
    EXPECT_EQ(taken, 3);
    EXPECT_EQ(refused, 5);
    EXPECT_EQ(files_kept(), 3U);
    EXPECT_EQ(database.number("select sum(size) from attachment"), 300);
}

TEST_F(Attachments, AreSeenAndSentByWhomTheJobIsTheirs) {
    const auto technician = person("technician"), other = person("technician"), viewer = person("viewer"),
               manager = person("manager"), stranger = person("admin", false);
    ASSERT_EQ(
        call(admin, "POST", "/api/v1/jobs/" + job_id + "/assign", R"({"assigned_to_user_id":")" + technician.id + "\"}")
            .status,
        200);
    const auto item = send(technician, "mine").header("Location");
    ASSERT_FALSE(item.empty());
    EXPECT_EQ(send(other, "x").status, 404) << "who does not see the job";
    EXPECT_EQ(send(stranger, "x").status, 404);
    EXPECT_EQ(send(viewer, "x").status, 403);
    for (const auto* way : {"", "/download", "/download-url"}) {
        for (const auto& who : {admin, technician, viewer, manager})
            EXPECT_EQ(call(who, "GET", item + way).status, 200) << way << who.email;
        for (const auto& who : {other, stranger})
            EXPECT_EQ(call(who, "GET", item + way).status, 404) << way << who.email;
    }
    for (const auto& who : {other, stranger}) {
        EXPECT_EQ(call(who, "GET", path()).status, 404);
        EXPECT_EQ(call(who, "GET", "/api/v1/attachments").count(), 0U);
        EXPECT_EQ(call(who, "DELETE", item).status, 404);
    }
    EXPECT_EQ(call(manager, "DELETE", item).status, 403) << "not of the manager's teams";
    EXPECT_EQ(call(technician, "DELETE", item).status, 204);
    const auto again = send(admin, "not the technician's").header("Location");
    EXPECT_EQ(call(technician, "DELETE", again).status, 403);
    EXPECT_EQ(call(technician, "GET", "/api/v1/attachments").count(), 1U);
}

TEST_F(Attachments, GoWithTheirJob) {
    const auto item = send(admin, "hello").header("Location");
    ASSERT_EQ(call(admin, "DELETE", "/api/v1/jobs/" + job_id).status, 204);
    EXPECT_EQ(call(admin, "GET", item + "/download").status, 404);
    EXPECT_EQ(call(admin, "GET", "/api/v1/attachments").count(), 0U);
}

TEST_F(Attachments, AreDownloadedByASignedAddressUntilItExpires) {
    const auto item = send(admin, "hello").header("Location");
    const auto given = call(admin, "GET", item + "/download-url");
    ASSERT_EQ(given.status, 200) << given;
    const auto address = given.at("url");
    EXPECT_EQ(call("", "GET", address).text, "hello");
    make_routes();
    EXPECT_EQ(call("", "GET", address).text, "hello") << "the key is kept";
    auto forged = address;
    forged.back() = forged.back() == '0' ? '1' : '0';
    EXPECT_EQ(call("", "GET", forged).status, 403);
    EXPECT_EQ(call("", "GET", item + "/file").status, 403);
    const auto other = send(admin, "other").header("Location");
    EXPECT_EQ(call("", "GET", other + "/file" + address.substr(address.find('?'))).status, 403);
    settings["attachments.url_lifetime"] = "0s";
    settings["attachments.url_key"] = "another key, from the configuration";
    make_routes();
    EXPECT_EQ(call("", "GET", address).status, 403) << "signed with another key";
    EXPECT_EQ(call("", "GET", call(admin, "GET", item + "/download-url").at("url")).status, 403) << "expired";
}

TEST_F(Attachments, AreSentToASignedAddressAndThenRecorded) {
    const auto ask = [&](const Person& who, std::size_t size) {
        return call(who, "POST", "/api/v1/attachments/presigned-url",
                    R"({"job_id":")" + job_id + R"(","filename":"../a.txt","content_type":"image/png","size":)" +
                        std::to_string(size) + "}");
    };
    const auto record = [&](const Person& who, const std::string& key, const std::string& more = {}) {
        return call(who, "POST", "/api/v1/attachments/",
                    R"({"job_id":")" + job_id + R"(","storage_key":")" + key + '"' + more + "}");
    };
    const auto given = ask(admin, 5);
    ASSERT_EQ(given.status, 200) << given;
    EXPECT_EQ(given.at("method"), "PUT");
    const auto address = given.at("upload_url"), key = given.at("storage_key");
    EXPECT_EQ(record(admin, key).status, 409) << "nothing came yet";
    EXPECT_EQ(call("", "PUT", address, "longer").status, 422) << "not what was announced";
    EXPECT_EQ(call("", "PUT", address.substr(0, address.find('?')), "hello").status, 403);
    EXPECT_EQ(call("", "PUT", address, "jello").status, 204);
    EXPECT_EQ(call("", "PUT", address, "hello").status, 204);
    EXPECT_EQ(files_kept(), 1U) << "the last one counts";
    EXPECT_EQ(cleaned().at("removed").to_number<int>(), 0) << "it is still counted on";
    const auto manager = person("manager");
    EXPECT_EQ(record(manager, key).status, 409) << "it is somebody else's";
    EXPECT_EQ(record(admin, key, R"(,"size":6)").status, 422);
    const auto made = record(admin, key, R"(,"filename":"a.txt","content_type":"image/png","size":5)");
    ASSERT_EQ(made.status, 201) << made;
    EXPECT_EQ(made.at("content_type"), "text/plain");
    EXPECT_EQ(made.at("filename"), "a.txt");
    EXPECT_EQ(record(admin, key).status, 409) << "once";
    EXPECT_EQ(call("", "PUT", address, "other").status, 403) << "what is recorded stays as it is";
    EXPECT_EQ(call(admin, "GET", made.header("Location") + "/download").text, "hello");
    EXPECT_EQ(ask(admin, 1UL << 30U).status, 413);
    EXPECT_EQ(ask(person("viewer"), 5).status, 403);
    EXPECT_EQ(ask(person("technician"), 5).status, 404);
}

TEST_F(Attachments, LeaveNoOrphanForEver) {
    const auto item = send(admin, "kept").header("Location");
    const core::files::Vault vault(folder);
    const auto orphan = vault.keep("a process died between file and row");
    database.one(
        "insert into attachment_upload (storage_key, organization_id, job_id, user_id, filename, size, expires_at, "
        "file_key) values ('given', '" +
        kHere + "', '" + job_id + "', '" + admin.id + "', 'a', 1, now() - interval '2 hours', '" +
        vault.keep("never recorded") + "')");
    std::ofstream(vault.path_of(core::files::Vault::new_key().replace(0, 2, orphan.substr(0, 2))).string() + ".part")
        << "half";
    EXPECT_EQ(files_kept(), 4U);
    EXPECT_EQ(json::text(cleaned(true)), R"({"dry_run":true,"seen":4,"removed":3,"copies":0})");
    EXPECT_EQ(files_kept(), 4U) << "a dry run takes nothing";
    const auto told = cleaned();
    EXPECT_EQ(json::text(told), R"({"dry_run":false,"seen":4,"removed":3,"copies":0})");
    EXPECT_EQ(call(admin, "GET", item + "/download").text, "kept");
    EXPECT_EQ(json::text(cleaned()), R"({"dry_run":false,"seen":1,"removed":0,"copies":0})");
}

TEST_F(Attachments, InABucketStayInADryRunAndSoDoTheirCopies) {
    BucketSink bucket;
    const auto settings_of = bucket.settings();
    const auto here = ", bucket: files, bucket_url: '" + settings_of.endpoint + "', bucket_region: eu-north-1, " +
                      "bucket_key: me, bucket_secret: secret";
    const core::files::Vault vault(folder, std::make_shared<const core::files::Bucket>(settings_of));
    const auto copy = vault.path_of(vault.keep("nobody names it"));
    ASSERT_TRUE(std::filesystem::exists(copy));
    EXPECT_EQ(json::text(cleaned(true, here)), R"({"dry_run":true,"seen":1,"removed":1,"copies":1})");
    EXPECT_TRUE(std::filesystem::exists(copy));
    EXPECT_EQ(bucket.objects.size(), 1U);
    std::ofstream(copy.string() + ".half.part") << "of a fetch whose process died";
    EXPECT_EQ(json::text(cleaned(false, here)), R"({"dry_run":false,"seen":1,"removed":1,"copies":1})")
        << "the copy of what is removed goes with it";
    EXPECT_FALSE(std::filesystem::exists(copy));
    EXPECT_TRUE(bucket.objects.empty());
}

TEST_F(Attachments, OfAProcessThatDiesBetweenFileAndRowAreSweptToo) {
    Program program({.database_url = database.url(),
                     .fail_points = "attachment.kept=kill",
                     .environment = {{"NIGHTSHIFT_ATTACHMENTS__FOLDER", folder.string()}}});
    ASSERT_TRUE(program.ready()) << program.log();
    core::http::ask({.method = "POST",
                     .url = program.url() + path() + "?filename=a.txt",
                     .headers = {{"Authorization", "Bearer " + admin.token}, {"Content-Type", "text/plain"}},
                     .body = "lost",
                     .allow_private = true});
    ASSERT_TRUE(program.ended_by(SIGKILL)) << program.log();
    EXPECT_EQ(files_kept(), 1U);
    EXPECT_EQ(database.number("select count(*) from attachment"), 0);
    EXPECT_EQ(json::text(cleaned()), R"({"dry_run":false,"seen":1,"removed":1,"copies":0})");
}

TEST_F(Attachments, AreSweptEachDayOnceThereAreSome) {
    EXPECT_EQ(database.number("select count(*) from schedule where kind = 'attachment.cleanup'"), 0);
    send(admin, "one");
    send(admin, "two");
    EXPECT_EQ(database.one("select kind || ' ' || cron || ' ' || (next_fire_at > now()) from schedule where kind = "
                           "'attachment.cleanup'"),
              "attachment.cleanup @daily true");
    database.one("delete from schedule");
    send(admin, "three");
    EXPECT_EQ(database.number("select count(*) from schedule where kind = 'attachment.cleanup'"), 0)
        << "who deletes it means it";
}

TEST_F(Attachments, TellWhomTheJobConcerns) {
    const auto technician = person("technician");
    call(admin, "POST", "/api/v1/jobs/" + job_id + "/assign", R"({"assigned_to_user_id":")" + technician.id + "\"}");
    send(admin, "hello");
    EXPECT_EQ(database.number("select count(*) from notification where type = 'attachment_added' and user_id = '" +
                              technician.id + "'"),
              1);
    EXPECT_EQ(database.number("select count(*) from notification where type = 'attachment_added'"), 1);
}

TEST_F(Attachments, AreNotTakenWhileTheScannerIsAwayUnlessThatIsWanted) {
    settings["attachments.scanner"] = (folder / "nobody.sock").string();
    make_routes();
    const auto refused = send(admin, "hello");
    EXPECT_EQ(refused.status, 503) << refused;
    EXPECT_THAT(refused.text, HasSubstr("scanner"));
    EXPECT_THAT(refused.text, Not(HasSubstr("nobody.sock"))) << "where it is is nobody's business";
    EXPECT_EQ(files_kept(), 0U);
    settings["attachments.unscanned"] = "accept";
    make_routes();
    EXPECT_EQ(send(admin, "hello").at("scan_state"), "unscanned");
}

class Scanned : public Attachments {
protected:
    void SetUp() override {
        if (!Scanner::is_installed())
            GTEST_SKIP() << "clamav-daemon is not installed and could not be: apt-get install clamav-daemon";
        Attachments::SetUp();
    }
};

TEST_F(Scanned, FilesThatAreInfectedAreRefusedAndNotKept) {
    Scanner scanner;
    ASSERT_TRUE(scanner.ready()) << scanner.log();
    for (const auto& address : {scanner.socket(), scanner.address()}) {
        settings["attachments.scanner"] = address;
        make_routes();
        const auto clean = send(admin, "hello " + std::string(200'000, 'x'));
        EXPECT_EQ(clean.at("scan_state"), "clean") << clean;
        const auto infected = send(admin, Scanner::infected(), "invoice.txt");
        EXPECT_EQ(infected.status, 422) << infected;
        EXPECT_THAT(infected.text, HasSubstr("Nightshift.Test"));
    }
    EXPECT_EQ(files_kept(), 2U);
    EXPECT_EQ(database.number("select count(*) from attachment"), 2);
    scanner.stop();
    EXPECT_EQ(send(admin, "hello").status, 503);
}

TEST_F(Scanned, VerdictsThatDoNotComeInTimeAreNone) {
    Scanner scanner;
    ASSERT_TRUE(scanner.ready()) << scanner.log();
    EXPECT_THROW(core::clamd::scan(scanner.socket(), "x", std::chrono::milliseconds(0)), core::Error);
    EXPECT_THROW(core::clamd::scan(scanner.socket(), std::string(21UL << 20U, 'x'), std::chrono::seconds(10)),
                 core::Error)
        << "more than it takes";
    for (const auto* bad : {"", "nonsense", "127.0.0.1:1", "no.such.host.invalid:3310", "/"})
        EXPECT_THROW(core::clamd::scan(bad, "x", std::chrono::seconds(2)), core::Error) << bad;
}

}  // namespace
}  // namespace nightshift::tests
