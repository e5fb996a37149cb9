// Numbered, forward-only migrations, each in one transaction under one advisory lock; the views in schema `api` are
// dropped and rebuilt every time. Two daemons that start at once migrate once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nightshift::core::pg {

struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

struct View {
    std::string_view path;
    std::string_view sql;
};

/// Applies what is missing and returns the names applied. Throws Error(configuration) when the database is newer than
/// this program or when an applied migration's text was edited since.
std::vector<std::string> migrate(const std::string& url, std::span<const Migration> migrations,
                                 std::span<const View> views);

/// 0 when nothing was applied yet.
int schema_version(const std::string& url);

}  // namespace nightshift::core::pg
