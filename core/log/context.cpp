#include "core/log/context.h"

namespace nightshift::core::log {
namespace {
thread_local const AnyContext* present = nullptr;
}

AnyContext::AnyContext() : outer_(present) {
    present = this;
}
AnyContext::~AnyContext() {
    present = outer_;
}
const AnyContext* present_context() {
    return present;
}

}  // namespace nightshift::core::log
