// Whether a sanitizer watches: it changes what time and memory things take, and ends the process itself.
#pragma once

namespace nightshift::tests {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

}  // namespace nightshift::tests
