// A door without a database: who shows this token may everything in this organization, nobody else is known.
//
//   api::kit::Router router(routes, who_shows("secret", organization));
#pragma once

#include <string>

#include "api/kit/router.h"
#include "core/error/error.h"

namespace nightshift::tests {

inline api::kit::Access who_shows(const std::string& token, const std::string& organization) {
    return {.identify = [token, organization](const std::string& shown) -> domain::identity::Identity {
        if (shown != token) throw core::Error(core::Code::unauthorized, "Authorization: this token is not valid");
        return {.actor = "test", .organization = organization, .permissions = {"*"}};
    }};
}

}  // namespace nightshift::tests
