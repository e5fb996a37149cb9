// What execve and posix_spawn want of a list of texts.
#pragma once

#include <string>
#include <vector>

namespace nightshift::tests {

/// Null-terminated; good while `texts` lives unchanged.
inline std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace nightshift::tests
