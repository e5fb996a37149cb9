// Hands one mail to an SMTP server, and says honestly what came of it. One call, one connection. Thread-safe. Only
// smtp.cpp knows libcurl.
//
//   const auto sent = send(server, {.from = "a@x", .to = "b@y"}, written(message));
//   sent.outcome == Outcome::unknown      // its last byte left, and no answer came: never to be repeated blindly
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace nightshift::core::mail {

/// starttls and implicit refuse to go on without TLS; none never asks for it.
enum class Tls : std::uint8_t { none, starttls, implicit };

struct Server {
    std::string host;
    int port = 25;
    Tls tls = Tls::starttls;
    std::string user = {}, password = {};  ///< empty: no AUTH
    std::string ca_file = {};              ///< empty: the system's
    std::string name = {};                 ///< what EHLO calls us; empty: localhost
    std::chrono::milliseconds timeout{120000};
};

struct Envelope {
    std::string from, to;
};

enum class Outcome : std::uint8_t {
    accepted,  ///< the server has it: 250 after the last byte
    deferred,  ///< not now: nobody answered, a 4xx, or trouble that is not the mail's own (TLS, signing in)
    refused,   ///< never: a 5xx for the sender, the recipient or the content
    unknown,   ///< the last byte left and no answer came
};

/// How far it came.
enum class Stage : std::uint8_t { connect, tls, sign_in, sender, recipient, content, end };

struct Sent {
    Outcome outcome = Outcome::deferred;
    Stage stage = Stage::connect;
    int code = 0;               ///< of the server's last answer; 0: none
    std::string enhanced = {};  ///< "5.1.1" (RFC 3463), where it gave one
    std::string message = {};   ///< in a sentence
    std::string exchange = {};  ///< what was said, without secrets and without the mail; at most 8 KiB
};

std::string_view name_of(Outcome outcome);
std::string_view name_of(Stage stage);

/// `message` has lines that end in CRLF. `before_end` is called before what makes the server take the mail leaves this
/// process: until then nothing was sent, whatever happens to us. When it throws, nothing is, and send throws the same.
Sent send(const Server& server, const Envelope& envelope, const std::string& message,
          const std::function<void()>& before_end = nullptr, const std::stop_token& stop = {});

/// Whether it would take our mail: connects, speaks TLS and signs in as `send` does, and sends nothing.
Sent probe(const Server& server);

}  // namespace nightshift::core::mail
