// A named SQL statement, embedded from its file at build time. The name is the prepared name and the metric label;
// without a name it is not prepared. Name and text outlive every session.
#pragma once
#include <string_view>

namespace nightshift::core::pg {

struct Statement {
    std::string_view name;
    std::string_view sql;
};

}  // namespace nightshift::core::pg
