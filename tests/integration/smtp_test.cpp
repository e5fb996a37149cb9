// Mail over a real socket: every way a server can answer, and what is said of it.
#include "core/mail/smtp.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/mail/message.h"
#include "tests/kit/eventually.h"
#include "tests/kit/mail_sink.h"

namespace nightshift::tests::smtp {
namespace {

using namespace std::chrono_literals;
using core::mail::Message;
using core::mail::name_of;
using core::mail::Outcome;
using core::mail::send;
using core::mail::Sent;
using core::mail::Server;
using core::mail::Stage;
using core::mail::Tls;
using core::mail::written;

class Smtp : public testing::Test {
protected:
    Sent hand_over(const Server& server, const std::function<void()>& before_end = nullptr,
                   const std::stop_token& stop = {}) const {
        return send(server, {.from = "night@example.org", .to = "jane@example.org"}, written(message), before_end,
                    stop);
    }
    static Server server_of(const MailSink& sink) {
        return {.host = "127.0.0.1", .port = sink.port(), .tls = Tls::none, .timeout = 10s};
    }
    static void expect(const Sent& sent, Outcome outcome, Stage stage) {
        EXPECT_EQ(name_of(sent.outcome), name_of(outcome)) << sent.message << "\n" << sent.exchange;
        EXPECT_EQ(name_of(sent.stage), name_of(stage)) << sent.message << "\n" << sent.exchange;
    }

    Message message{.from = {"night@example.org", "Nightshift"},
                    .to = {"jane@example.org", "Jane Dœ"},
                    .subject = "Grüße",
                    .text = "A line\n.\n..dots\nend",
                    .html = "<p>Grüße</p>",
                    .id = "1@example.org"};
};

TEST_F(Smtp, a_mail_arrives_as_it_was_written) {
    const MailSink sink;
    const auto sent = hand_over(server_of(sink));
    expect(sent, Outcome::accepted, Stage::end);
    EXPECT_EQ(sent.code, 250);
    ASSERT_EQ(sink.count(), 1U);
    const auto mail = sink.mails().front();
    EXPECT_EQ(mail.at("subject"), "Grüße");
    EXPECT_TRUE(std::string_view(mail.at("html").as_string()).starts_with("<p>Grüße</p>"));
    EXPECT_TRUE(std::string_view(mail.at("text").as_string()).starts_with("A line\r\n.\r\n..dots\r\nend"));
    EXPECT_NE(sent.exchange.find("> RCPT TO:<jane@example.org>"), std::string::npos) << sent.exchange;
    EXPECT_NE(sent.exchange.find("< 250 2.0.0 taken"), std::string::npos) << sent.exchange;
}

TEST_F(Smtp, files_arrive_whole) {
    const MailSink sink;
    std::string bytes;
    for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * 7);
    message.parts = {{.name = "Übersicht.pdf", .content_type = "application/pdf", .bytes = bytes}};
    expect(hand_over(server_of(sink)), Outcome::accepted, Stage::end);
    const auto mail = sink.mails().front();
    EXPECT_EQ(mail.at("parts").at(0).at("name"), "Übersicht.pdf");
    EXPECT_EQ(mail.at("parts").at(0).at("base64").as_string().size(), (bytes.size() + 2) / 3 * 4);
}

TEST_F(Smtp, what_is_not_now_and_what_is_never_are_told_apart) {
    const MailSink sink;
    const auto server = server_of(sink);
    sink.mode("tempfail");
    auto sent = hand_over(server);
    expect(sent, Outcome::deferred, Stage::recipient);
    EXPECT_EQ(sent.enhanced, "4.3.0");
    sink.mode("refuse");
    sent = hand_over(server);
    expect(sent, Outcome::refused, Stage::recipient);
    EXPECT_EQ(sent.code, 550);
    EXPECT_EQ(sent.enhanced, "5.1.1");
    sink.mode("refuse_content");
    expect(hand_over(server), Outcome::refused, Stage::end);
    sink.mode("greylist");
    expect(hand_over(server), Outcome::deferred, Stage::recipient);
    expect(hand_over(server), Outcome::accepted, Stage::end);
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(Smtp, a_connection_lost_before_the_last_byte_sent_nothing_and_after_it_nobody_knows) {
    const MailSink sink;
    const auto server = server_of(sink);
    sink.mode("close");
    expect(hand_over(server), Outcome::deferred, Stage::connect);
    sink.mode("drop_after_data");
    expect(hand_over(server), Outcome::unknown, Stage::end);
    EXPECT_EQ(sink.count(), 1U);
    message.text = std::string(4U << 20U, 'x');  // more than buffers of the kernel take
    sink.mode("drop_in_data");
    expect(hand_over(server), Outcome::deferred, Stage::content);
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(Smtp, a_server_that_is_down_or_silent_costs_no_more_than_its_time) {
    MailSink sink;
    auto server = server_of(sink);
    sink.mode("hang");
    server.timeout = 300ms;
    expect(hand_over(server), Outcome::deferred, Stage::connect);
    sink.stop();
    expect(hand_over(server), Outcome::deferred, Stage::connect);
}

TEST_F(Smtp, a_slow_server_is_waited_for) {
    const MailSink sink;
    sink.mode("slow", 0.05);
    expect(hand_over(server_of(sink)), Outcome::accepted, Stage::end);
}

TEST_F(Smtp, stops_at_once_when_asked_to) {
    const MailSink sink;
    sink.mode("hang");
    std::stop_source stop;
    std::jthread later([&] {
        eventually([&] { return sink.connections() == 1; });
        stop.request_stop();
    });
    const auto began = std::chrono::steady_clock::now();
    expect(hand_over(server_of(sink), nullptr, stop.get_token()), Outcome::deferred, Stage::connect);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 9s);
}

TEST_F(Smtp, what_is_to_be_noted_before_the_last_byte_is_and_a_failure_of_it_keeps_the_mail) {
    const MailSink sink;
    const auto server = server_of(sink);
    std::size_t seen = 99;
    expect(hand_over(server, [&] { seen = sink.count(); }), Outcome::accepted, Stage::end);
    EXPECT_EQ(seen, 0U);
    EXPECT_THROW(hand_over(server, [] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(Smtp, speaks_tls_when_it_must_and_signs_in) {
    const MailSink sink({.has_tls = true, .login = "night:secret words"});
    auto server = server_of(sink);
    server.tls = Tls::starttls;
    server.user = "night";
    server.password = "secret words";
    expect(hand_over(server), Outcome::deferred, Stage::tls);  // a certificate that nobody vouches for
    server.ca_file = sink.certificate();
    const auto sent = hand_over(server);
    expect(sent, Outcome::accepted, Stage::end);
    EXPECT_EQ(sent.exchange.find("secret"), std::string::npos) << sent.exchange;
    EXPECT_EQ(sent.exchange.find("bmlnaHQ"), std::string::npos) << sent.exchange;  // "night" in base64
    server.password = "other";
    expect(hand_over(server), Outcome::deferred, Stage::sign_in);
    EXPECT_EQ(sink.count(), 1U);
}

TEST_F(Smtp, without_the_tls_that_it_must_have_nothing_is_sent) {
    const MailSink sink;
    auto server = server_of(sink);
    server.tls = Tls::starttls;
    EXPECT_EQ(hand_over(server).outcome, Outcome::deferred);
    EXPECT_EQ(sink.count(), 0U);
}

TEST_F(Smtp, an_address_cannot_smuggle_a_command) {
    const MailSink sink;
    EXPECT_ANY_THROW(
        send(server_of(sink), {.from = "a@b.de", .to = "x@y.de>\r\nRCPT TO:<evil@y.de"}, written(message)));
    EXPECT_EQ(sink.connections(), 0);
}

TEST_F(Smtp, a_server_can_be_tried_without_a_mail) {
    const MailSink sink({.has_tls = true, .login = "night:secret"});
    auto server = server_of(sink);
    server.tls = Tls::starttls;
    server.ca_file = sink.certificate();
    server.user = "night";
    server.password = "secret";
    EXPECT_EQ(probe(server).outcome, Outcome::accepted);
    server.password = "other";
    EXPECT_EQ(probe(server).stage, Stage::sign_in);
    EXPECT_EQ(probe(server).outcome, Outcome::deferred);
    EXPECT_EQ(sink.count(), 0U);
}

}  // namespace
}  // namespace nightshift::tests::smtp
