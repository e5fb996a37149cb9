// What every line of a thread carries while it works on something: which run, which request.
//
//   const log::Context about([&](const log::Tell& tell) { tell("run", id); tell("kind", kind); });
//   log::info("file.written", {{"bytes", size}});            // ... bytes=17 run=0190... kind=report.generate
//
// Costs two pointers until a line is written. What it refers to must live as long as it does. A field of the line
// itself wins over one of a context, an inner context over an outer one. Lives on the stack of one thread.
#pragma once

#include <functional>
#include <string_view>

namespace nightshift::core::log {

using Tell = std::function<void(std::string_view key, std::string_view value)>;

class AnyContext {
public:
    AnyContext(const AnyContext&) = delete;
    AnyContext& operator=(const AnyContext&) = delete;
    virtual void describe(const Tell& tell) const = 0;
    const AnyContext* outer() const { return outer_; }

protected:
    AnyContext();
    ~AnyContext();

private:
    const AnyContext* outer_;
};

template <class Describe>
class Context final : public AnyContext {
public:
    explicit Context(Describe describe) : describe_(std::move(describe)) {}
    void describe(const Tell& tell) const override { describe_(tell); }

private:
    Describe describe_;
};

/// Of this thread: the innermost, or null.
const AnyContext* present_context();

}  // namespace nightshift::core::log
