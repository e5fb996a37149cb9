#include "core/pg/mark.h"

#include <utility>

namespace nightshift::core::pg {
namespace {

std::string& request_of_thread() {
    thread_local std::string id;
    return id;
}

}  // namespace

ForRequest::ForRequest(std::string id) : before_(std::exchange(request_of_thread(), std::move(id))) {}
ForRequest::~ForRequest() {
    request_of_thread() = std::move(before_);
}

const std::string& marked_request() {
    return request_of_thread();
}

}  // namespace nightshift::core::pg
