// For which request this thread works: every change it makes is written down with that, by the audit trigger.
//
//   const pg::ForRequest mark(request.id);
#pragma once

#include <string>

namespace nightshift::core::pg {

class ForRequest {
public:
    explicit ForRequest(std::string id);
    ~ForRequest();
    ForRequest(const ForRequest&) = delete;
    ForRequest& operator=(const ForRequest&) = delete;

private:
    std::string before_;
};

/// What holds for this thread now; "" for nothing.
const std::string& marked_request();

}  // namespace nightshift::core::pg
