// Between the program and the broker: makes the broker what it is under a memory alarm, for one client and not for all.
// It tells those who published that they are blocked and reads from them no more; consumers it leaves alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace nightshift::tests {

class BrokerProxy {
public:
    /// Listens on a free port of loopback and passes to the broker that the url names.
    explicit BrokerProxy(const std::string& url);
    ~BrokerProxy();
    /// The same url, through us.
    const std::string& url() const { return url_; }
    /// As an alarm does: who publishes is told `connection.blocked` (unless `silent`) and read from no more.
    void raise_alarm(bool silent = false) { alarm_ = silent ? Alarm::silent : Alarm::told; }
    void end_alarm() { alarm_ = Alarm::none; }
    /// Connections that were made so far.
    int links() const { return made_; }

private:
    enum class Alarm : std::uint8_t { none, told, silent };
    struct Link {
        int client, broker;
        bool is_publisher = false, is_blocked = false;
    };
    void work(const std::stop_token& stop);
    void take();
    bool from_client(Link& link);
    static bool from_broker(const Link& link);
    void follow_alarm(Link& link) const;

    std::string url_, host_, port_;
    int listener_ = -1;
    std::list<Link> links_;  // the thread's own
    std::atomic<Alarm> alarm_{Alarm::none};
    std::atomic<int> made_{0};
    std::jthread thread_;
};

}  // namespace nightshift::tests
