#include "core/mail/smtp.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "core/error/error.h"
#include "core/mail/message.h"
#include "core/text/utf8.h"

namespace nightshift::core::mail {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr std::chrono::milliseconds kConnectLimit{15000};
constexpr std::size_t kMostExchange = 8UL << 10U;

/// A mail on its way. Filled by curl's callbacks, which must not throw.
struct Conversation {
    const std::string& message;
    const std::function<void()>& before_end;
    std::size_t given = 0;
    bool ended = false;    ///< what makes the server take it may have left
    bool is_over = false;  ///< QUIT was said
    curl_socket_t socket = CURL_SOCKET_BAD;
    Stage stage = Stage::connect;
    int code = 0;       ///< of the last answer to the last command
    std::string reply;  ///< its text
    std::string exchange;
    std::exception_ptr thrown;

    void note(std::string_view who, std::string_view line) {
        if (exchange.size() >= kMostExchange) return;
        exchange.append(who).append(text::cut(text::storable(line), kMostExchange - exchange.size())).append("\n");
    }
};

std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    return line;
}

/// Which part of the conversation a command begins; what is none of them answers a challenge.
void follow_command(Conversation& talk, std::string_view line) {
    constexpr std::pair<std::string_view, Stage> kCommands[] = {
        {"EHLO", Stage::connect}, {"HELO", Stage::connect}, {"STARTTLS", Stage::tls},
        {"AUTH", Stage::sign_in}, {"MAIL", Stage::sender},  {"RCPT", Stage::recipient},
        {"DATA", Stage::content}, {"QUIT", Stage::end},     {"NOOP", Stage::end}};
    const auto* known = std::ranges::find_if(kCommands, [&](const auto& one) { return line.starts_with(one.first); });
    if (known == std::end(kCommands)) return talk.note("> ", "***");
    if (known->first == "QUIT") {
        talk.is_over = true;
        return;
    }
    talk.stage = known->second;
    talk.code = 0;
    talk.reply.clear();
    talk.note("> ", known->first == "AUTH" ? line.substr(0, line.find(' ', sizeof "AUTH")) : line);
}

void follow_reply(Conversation& talk, std::string_view line) {
    talk.note("< ", line);
    const bool has_code =
        line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; });
    if (!has_code) return;
    talk.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    talk.reply = std::string(line.substr(0, 300));
}

int overhear(CURL* /*easy*/, curl_infotype type, char* data, std::size_t size, void* self) {
    auto& talk = *static_cast<Conversation*>(self);
    const auto line = without_end({data, size});
    try {
        if (talk.is_over) return 0;
        if (type == CURLINFO_HEADER_OUT) follow_command(talk, line);
        if (type == CURLINFO_HEADER_IN) follow_reply(talk, line);
    } catch (...) {
        talk.thrown = std::current_exception();
    }
    return 0;
}

std::size_t give(char* to, std::size_t one, std::size_t many, void* self) {
    auto& talk = *static_cast<Conversation*>(self);
    const auto size = std::min(one * many, talk.message.size() - talk.given);
    std::copy_n(talk.message.data() + talk.given, size, to);
    talk.given += size;
    if (size > 0 || talk.ended) return size;
    try {
        if (talk.before_end) talk.before_end();
    } catch (...) {
        talk.thrown = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
    talk.ended = true;
    talk.stage = Stage::end;
    talk.code = 0;  // the 354 is no answer to what follows
    talk.reply.clear();
    return 0;
}

curl_socket_t open_line(void* self, curlsocktype /*purpose*/, curl_sockaddr* to) {
    auto& talk = *static_cast<Conversation*>(self);
    talk.socket = ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);  // NOLINT: flags of the system
    return talk.socket;
}

int close_line(void* self, curl_socket_t socket) {
    auto& talk = *static_cast<Conversation*>(self);
    if (talk.socket == socket) talk.socket = CURL_SOCKET_BAD;
    return ::close(socket);
}

std::size_t ignore(char* /*data*/, std::size_t one, std::size_t many, void* /*self*/) {
    return one * many;
}

void set_server(CURL* easy, const Server& server) {
    const bool is_v6 = server.host.find(':') != std::string::npos;
    const auto url = (server.tls == Tls::implicit ? "smtps://" : "smtp://") +
                     (is_v6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port) + "/" +
                     (server.name.empty() ? "localhost" : server.name);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     static_cast<long>(server.tls == Tls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!server.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, server.ca_file.c_str());
    if (!server.user.empty()) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, server.user.c_str());
        curl_easy_setopt(easy, CURLOPT_PASSWORD, server.password.c_str());
    }
    const auto limit = static_cast<long>(server.timeout.count());
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, std::min(limit, static_cast<long>(kConnectLimit.count())));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limit);
}

void set_mail(CURL* easy, const Envelope& envelope, const List& recipients, Conversation& talk) {
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + envelope.from + ">").c_str());
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &give);
    curl_easy_setopt(easy, CURLOPT_READDATA, &talk);
}

void listen_in(CURL* easy, Conversation& talk) {
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_line);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &talk);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &close_line);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &talk);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);  // to the next one, not to anybody's terminal
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, &overhear);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &talk);
}

/// Runs the transfer; a request to stop ends it at once: without the line curl waits for no goodbye.
CURLcode run_until(CURL* easy, const Conversation& talk, const std::stop_token& stop) {
    const Multi multi(curl_multi_init(), &curl_multi_cleanup);
    if (!multi || curl_multi_add_handle(multi.get(), easy) != CURLM_OK) throw std::bad_alloc();
    const std::stop_callback wake(stop, [&] { curl_multi_wakeup(multi.get()); });
    int running = 1;
    while (running > 0 && !stop.stop_requested()) {
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
        if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    if (running > 0 && talk.socket != CURL_SOCKET_BAD) ::shutdown(talk.socket, SHUT_RDWR);
    auto result = CURLE_ABORTED_BY_CALLBACK;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi.get(), &left))
        if (message->msg == CURLMSG_DONE) result = message->data.result;
    curl_multi_remove_handle(multi.get(), easy);
    return result;
}

/// "5.1.1" of "550 5.1.1 nobody here".
std::string enhanced_of(std::string_view reply) {
    if (reply.size() < 9) return {};
    const auto word = reply.substr(4, reply.find(' ', 4) - 4);
    const bool fits = word.size() >= 5 && (word[0] == '2' || word[0] == '4' || word[0] == '5') && word[1] == '.' &&
                      word.find_first_not_of("0123456789.") == std::string_view::npos;
    return fits ? std::string(word) : std::string{};
}

Outcome outcome_of(CURLcode code, const Conversation& talk) {
    if (code == CURLE_OK) return Outcome::accepted;
    if (talk.ended && talk.code / 100 == 2) return Outcome::accepted;  // taken, and trouble only after it
    if (talk.code / 100 == 4) return Outcome::deferred;
    const bool is_its_own = talk.stage >= Stage::sender;
    if (talk.code / 100 == 5) return is_its_own ? Outcome::refused : Outcome::deferred;
    return talk.ended ? Outcome::unknown : Outcome::deferred;
}

Sent told_of(const Server& server, CURLcode code, const Conversation& talk, const char* error_text) {
    Sent sent{.outcome = outcome_of(code, talk), .stage = talk.stage, .code = talk.code};
    sent.enhanced = enhanced_of(talk.reply);
    const std::string because = *error_text == '\0' ? curl_easy_strerror(code) : error_text;
    const bool has_answer = sent.outcome == Outcome::accepted || talk.code >= 400;
    sent.message = server.host + ":" + std::to_string(server.port) + ": " + (has_answer ? talk.reply : because);
    if (sent.outcome == Outcome::unknown) sent.message += " (after the last byte: it may have been taken)";
    return sent;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
    constexpr std::string_view kNames[] = {"accepted", "deferred", "refused", "unknown"};
    return kNames[static_cast<std::size_t>(outcome)];
}

std::string_view name_of(Stage stage) {
    constexpr std::string_view kNames[] = {"connect", "tls", "sign_in", "sender", "recipient", "content", "end"};
    return kNames[static_cast<std::size_t>(stage)];
}

Sent send(const Server& server, const Envelope& envelope, const std::string& message,
          const std::function<void()>& before_end, const std::stop_token& stop) {
    for (const auto* address : {&envelope.from, &envelope.to})
        if (const auto problem = address_problem(*address); !problem.empty()) throw Error(Code::validation, problem);
    const List recipients(curl_slist_append(nullptr, ("<" + envelope.to + ">").c_str()), &curl_slist_free_all);
    Conversation talk{.message = message, .before_end = before_end};
    Easy easy(curl_easy_init(), &curl_easy_cleanup);
    if (!easy || !recipients) throw std::bad_alloc();
    char error_text[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error_text);
    set_server(easy.get(), server);
    set_mail(easy.get(), envelope, recipients, talk);
    listen_in(easy.get(), talk);
    const auto code = run_until(easy.get(), talk, stop);
    if (talk.thrown && !talk.ended) std::rethrow_exception(talk.thrown);
    auto sent = told_of(server, code, talk, error_text);
    easy.reset();  // says QUIT, which is no news
    sent.exchange = std::move(talk.exchange);
    return sent;
}

Sent probe(const Server& server) {
    const std::string nothing;
    const std::function<void()> nobody;
    Conversation talk{.message = nothing, .before_end = nobody};
    const Easy easy(curl_easy_init(), &curl_easy_cleanup);
    if (!easy) throw std::bad_alloc();
    char error_text[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error_text);
    set_server(easy.get(), server);
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(easy.get(), CURLOPT_NOBODY, 1L);
    listen_in(easy.get(), talk);
    const auto code = run_until(easy.get(), talk, {});
    auto sent = told_of(server, code, talk, error_text);
    sent.exchange = std::move(talk.exchange);
    return sent;
}

}  // namespace nightshift::core::mail
