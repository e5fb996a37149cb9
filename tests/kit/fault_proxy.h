// A TCP proxy that harms: between the program and a real server it delays, freezes, refuses, cuts, or loses the answer
// to what the client said last. Switched while it runs; what is wanted holds for present and for new links.
//
//   FaultProxy proxy(database.url());
//   proxy.lose_answer("COMMIT");   // the next COMMIT reaches the server, its answer reaches nobody
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace nightshift::tests {

class FaultProxy {
public:
    /// Listens on a free port of loopback and passes to the host and port that the url names.
    explicit FaultProxy(const std::string& url);
    ~FaultProxy();
    /// The same url, through us.
    const std::string& url() const { return url_; }

    void pass();
    /// Ends every link and every new one at once: the server is down.
    void refuse();
    /// Takes links and carries nothing: the network is gone, and nobody says so.
    void freeze();
    void delay(std::chrono::milliseconds by);
    /// Ends every present link.
    void cut();
    /// Each of the next `times` links whose client says `pattern` is cut before the server hears it ...
    void cut_before(std::string pattern, int times = 1);
    /// ... or after the server heard it, with its answer lost.
    void lose_answer(std::string pattern, int times = 1);
    /// The next link is cut when the server has said so many bytes.
    void cut_after(std::size_t bytes);
    /// How many links were cut by a pattern or a count.
    int harmed() const { return harmed_; }

private:
    enum class Mode : std::uint8_t { pass, refuse, freeze };
    struct Link;
    void work(const std::stop_token& stop);
    void take();
    void read(Link& link, bool from_client);
    void write(Link& link, bool to_client);
    bool hears(Link& link, const std::string& bytes);
    static void end(Link& link);

    std::string url_, host_, port_;
    int listener_ = -1;
    std::list<Link> links_;  // the thread's own
    std::mutex mutex_;       // guards all below
    Mode mode_ = Mode::pass;
    std::chrono::milliseconds delay_{0};
    std::string pattern_;
    bool before_ = false, cut_all_ = false;
    int times_ = 0;
    std::size_t limit_ = 0;
    std::atomic<int> harmed_{0};
    std::jthread thread_;
};

}  // namespace nightshift::tests
