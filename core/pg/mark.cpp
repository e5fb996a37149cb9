#include "core/pg/mark.h"

#include <utility>

namespace nightshift::core::pg {
namespace {

std::string& request_of_thread() {
    thread_local std::string text;
    return text;
}
std::string& reason_of_thread() {
    thread_local std::string text;
    return text;
}

}  // namespace

Mark::Mark(std::string& place, std::string text) : place_(place), before_(std::exchange(place, std::move(text))) {}
Mark::~Mark() {
    place_ = std::move(before_);
}

ForRequest::ForRequest(std::string id) : Mark(request_of_thread(), std::move(id)) {}
Because::Because(std::string reason) : Mark(reason_of_thread(), std::move(reason)) {}

const std::string& marked_request() {
    return request_of_thread();
}
const std::string& marked_reason() {
    return reason_of_thread();
}

}  // namespace nightshift::core::pg
