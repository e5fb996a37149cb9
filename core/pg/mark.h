// What every change of a thread is written down with: for which request, and why. Read by the audit trigger. On the
// stack of the thread that works on the request.
//
//   const pg::ForRequest request(id);   ...   const pg::Because why("customer called");
#pragma once

#include <string>

namespace nightshift::core::pg {

class Mark {
public:
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

protected:
    Mark(std::string& place, std::string text);
    ~Mark();

private:
    std::string& place_;
    std::string before_;
};

struct ForRequest : Mark {
    explicit ForRequest(std::string id);
};
struct Because : Mark {
    explicit Because(std::string reason);
};

/// What holds for this thread now; "" for nothing.
const std::string& marked_request();
const std::string& marked_reason();

}  // namespace nightshift::core::pg
