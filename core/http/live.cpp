#include "core/http/live.h"

namespace nightshift::core::http {
namespace {

/// A field of an event is one line: what would begin another is left out.
void add_line(std::string& out, std::string_view field, std::string_view value) {
    out += field;
    for (const char c : value)
        if (c != '\r' && c != '\n' && c != '\0') out += c;
    out += '\n';
}

}  // namespace

bool Listener::send(LiveMessage message) {
    const std::lock_guard lock(mutex_);
    if (!is_attached_ || end_) return false;
    if (queued_.size() - sent_ >= most_messages_ || bytes_ + message->size() > most_bytes_) {
        queued_.clear();
        sent_ = bytes_ = 0;
        end_ = LiveEnd::too_slow;
        wake();
        return false;
    }
    bytes_ += message->size();
    queued_.push_back(std::move(message));
    if (queued_.size() - sent_ == 1) wake();
    return true;
}

void Listener::close(LiveEnd end) {
    const std::lock_guard lock(mutex_);
    if (!is_attached_ || end_) return;
    end_ = end;
    wake();
}

bool Listener::is_open() const {
    const std::lock_guard lock(mutex_);
    return is_attached_ && !end_;
}

Listener::Next Listener::next() {
    const std::lock_guard lock(mutex_);
    if (sent_ == queued_.size()) {
        queued_.clear();
        queued_.shrink_to_fit();  // at rest it holds nothing
        sent_ = 0;
        return {.message = nullptr, .end = end_};
    }
    auto message = std::move(queued_[sent_++]);
    bytes_ -= message->size();
    if (sent_ >= most_messages_) {  // what never runs empty must not grow for ever
        queued_.erase(queued_.begin(), queued_.begin() + static_cast<std::ptrdiff_t>(sent_));
        sent_ = 0;
    }
    return {.message = std::move(message), .end = std::nullopt};
}

void Listener::attach(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    is_attached_ = static_cast<bool>(wake_);
    if (is_attached_) return;
    queued_.clear();
    sent_ = bytes_ = 0;
}

void Listener::wake() const {
    if (wake_) wake_();
}

std::string event_text(std::string_view id, std::string_view name, std::string_view data) {
    std::string out;
    if (!id.empty()) add_line(out, "id: ", id);
    if (!name.empty()) add_line(out, "event: ", name);
    for (;;) {
        const auto end = data.find_first_of("\r\n");
        add_line(out, "data: ", data.substr(0, end));
        if (end == std::string_view::npos) break;
        data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    return out += '\n';
}

}  // namespace nightshift::core::http
