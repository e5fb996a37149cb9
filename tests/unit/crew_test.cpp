// The threads of the door: one of them always turns the event loop, the others run what it brings.
#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "core/http/crew.h"
#include "tests/kit/eventually.h"

namespace nightshift::core::http {
namespace {

using namespace std::chrono_literals;

/// An event loop that has to do what a test says, one thing a turn.
class Loop {
public:
    void say(std::function<void()> event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        signal_.notify_one();
    }
    void stop() {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        signal_.notify_all();
    }
    bool turn() {
        const bool was_alone = turning_.fetch_add(1) == 0;
        EXPECT_TRUE(was_alone) << "two threads turn the loop";
        std::function<void()> event;
        {
            std::unique_lock lock(mutex_);
            signal_.wait(lock, [this] { return is_over_ || !events_.empty(); });
            if (!events_.empty()) {
                event = std::move(events_.front());
                events_.pop_front();
            }
        }
        if (event) event();
        --turning_;
        const std::lock_guard lock(mutex_);
        return !is_over_;
    }

private:
    std::mutex mutex_;  // guards events_ and is_over_
    std::condition_variable signal_;
    std::deque<std::function<void()>> events_;
    bool is_over_ = false;
    std::atomic<int> turning_{0};
};

class ACrew : public testing::Test {
protected:
    void start(std::size_t threads, std::size_t limit) {
        crew = std::make_unique<Crew>(threads, limit, [this] { return loop.turn(); });
        crew->start();
    }
    /// Before what its tasks refer to is gone.
    void end() {
        loop.stop();
        crew->await_end_of_loop();
        crew = nullptr;
    }
    /// The event that brings this task; whether there was room for it.
    std::future<bool> bring(std::function<void()> task) {
        auto answer = std::make_shared<std::promise<bool>>();
        auto taken = answer->get_future();
        loop.say([this, answer, task = std::move(task)]() mutable { answer->set_value(crew->take(std::move(task))); });
        return taken;
    }
    Loop loop;
    std::unique_ptr<Crew> crew;
};

TEST_F(ACrew, runs_a_task_in_the_thread_that_read_it_once_another_rests) {
    start(2, 8);
    const auto is_run_where_it_was_read = [&] {
        std::promise<bool> same;
        loop.say([&] {
            crew->take(
                [&, reader = std::this_thread::get_id()] { same.set_value(reader == std::this_thread::get_id()); });
        });
        return same.get_future().get();
    };
    EXPECT_TRUE(tests::eventually(is_run_where_it_was_read));
    end();
}

TEST_F(ACrew, turns_the_loop_while_all_run_tasks) {
    start(2, 8);
    std::latch busy(2), over(1);
    for (int i = 0; i < 2; ++i)
        bring([&] {
            busy.count_down();
            over.wait();
        });
    busy.wait();
    bring([&] { over.wait(); }).wait();  // the one who turns leaves it to them
    std::promise<void> turned;
    loop.say([&] { turned.set_value(); });
    EXPECT_EQ(turned.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_EQ(crew->busy(), 2U);
    over.count_down();
    end();
}

TEST_F(ACrew, refuses_what_its_queue_has_no_room_for) {
    start(1, 1);
    std::latch busy(1), over(1);
    bring([&] {
        busy.count_down();
        over.wait();
    });
    busy.wait();
    std::promise<void> waited;
    EXPECT_TRUE(bring([&] { waited.set_value(); }).get());
    EXPECT_FALSE(bring([] { FAIL() << "was refused"; }).get());
    over.count_down();
    EXPECT_EQ(waited.get_future().wait_for(10s), std::future_status::ready);
    end();
}

TEST_F(ACrew, runs_every_task_once_however_many_come_in_one_turn) {
    constexpr int kTurns = 3000, kTasks = 4;
    start(3, kTurns * kTasks);
    std::atomic<int> ran{0};
    std::latch all(kTurns * kTasks);
    for (int i = 0; i < kTurns; ++i)
        loop.say([&] {
            for (int task = 0; task < kTasks; ++task)
                EXPECT_TRUE(crew->take([&] {
                    ++ran;
                    all.count_down();
                }));
        });
    all.wait();
    EXPECT_EQ(ran, kTurns * kTasks);
    end();
}

TEST_F(ACrew, runs_what_still_waits_when_it_ends) {
    start(1, 8);
    std::atomic<int> ran{0};
    std::latch busy(1), over(1);
    bring([&] {
        busy.count_down();
        over.wait();
    });
    busy.wait();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(bring([&] { ++ran; }).get());
    loop.stop();
    crew->await_end_of_loop();
    over.count_down();
    crew = nullptr;
    EXPECT_EQ(ran, 3);
}

}  // namespace
}  // namespace nightshift::core::http
