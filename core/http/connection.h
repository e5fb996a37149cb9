// One client: reads a request, has it handled, answers, and reads the next; so pipelined requests are answered in
// order. Lives on the event loop; only the handler runs elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/http/inside.h"

namespace nightshift::core::http {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, Server::Impl& server);
    ~Connection();
    void start();
    /// Says that there is no room, and closes.
    void turn_away();

private:
    using Self = std::shared_ptr<Connection>;
    using Headers = std::vector<std::pair<std::string, std::string>>;
    using Clock = std::chrono::steady_clock;
    struct Streaming;

    // connection.cpp: reading
    void deadline(Clock::duration limit);
    void no_deadline() { due_ = Clock::time_point::max(); }
    void watch_clock();
    void wait_for_request();
    void read_head();
    void on_head(error_code failure);
    void refuse_head(error_code failure);
    void send_continue();
    void begin_body();
    void read_body();
    void on_body(error_code failure, std::size_t bytes);
    void keep_head();
    void on_request();
    void hand_over();
    void work(Request request);

    // answering.cpp
    void refuse(int status, std::string_view code, const std::string& why, Headers headers = {});
    Response problem(int status, std::string_view code, std::string_view why) const;
    template <class Put>
    void put_headers(const Response& response, Put&& put) const;
    template <class Message>
    void dress(Message& message, const Response& response);
    std::string_view connection_word() const;
    bool is_plain(const Response& response) const;
    std::string text_of(const Response& response) const;
    void send_text(const std::shared_ptr<const std::string>& text, std::size_t sent);
    void answer(Response response);
    void answer_head(const Response& response);
    void stream(Response response);
    void next_piece(const std::shared_ptr<Streaming>& state);
    void send_piece(const std::shared_ptr<Streaming>& state);
    static bool is_fit(const std::pair<std::string, std::string>& header);
    void answered();
    void on_sent(error_code failure);
    void linger();
    void discard();
    void close();

    // going_live.cpp
    void go_live(const Response& response);
    void stream_events(const Response& response);

    beast::tcp_stream stream_;
    Server::Impl& server_;
    Seat seat_;
    beast::flat_buffer buffer_;
    std::optional<wire::request_parser<wire::string_body>> parser_;
    std::shared_ptr<wire::request<wire::string_body>> upgrade_;  // to a WebSocket, when that is asked for
    std::string peer_, id_, host_, origin_;
    asio::steady_timer timer_;
    Request request_;
    std::uint64_t deadlines_ = 0;
    Clock::time_point due_ = Clock::time_point::max();
    bool is_watched_ = false;
    std::size_t body_bytes_ = 0, discarded_ = 0;
    Clock::time_point body_began_{};
    bool timed_out_ = false, is_answering_ = false, is_old_ = false, is_refused_ = false;
    bool served_ = false, keep_alive_ = false, is_head_ = false;
};

}  // namespace nightshift::core::http
