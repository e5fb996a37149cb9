// Named points where a test can make the process die, stall or fail. Compiled out of release builds
// (NIGHTSHIFT_FAIL_POINTS).
//   NIGHTSHIFT_FAIL_POINT='claim.after_commit=kill@3;finish.before_commit=sleep:40000'
#pragma once

#include <string_view>

namespace nightshift::core {

#ifdef NIGHTSHIFT_FAIL_POINTS
/// kill (SIGKILL ourselves), sleep:<milliseconds>, throw; `@n`: only at the nth passage.
void fail_point(std::string_view name);
#else
inline void fail_point(std::string_view) {}
#endif

}  // namespace nightshift::core
