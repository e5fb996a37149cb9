// What operations share: each schema, parameter, header and error once, added when the first operation refers to it.
#pragma once

#include <map>
#include <string>

#include "api/kit/resource.h"
#include "api/kit/route.h"
#include "core/error/code.h"
#include "core/json/json.h"

namespace nightshift::api::openapi {

class Components {
public:
    /// `{"$ref": ...}` of the schema of a body; `name` is its name when it is the first with these fields. Partial:
    /// nothing is required.
    core::json::object body(std::span<const core::schema::Field> fields, const std::string& name, bool partial);
    /// The schema of an answer: a reference, or an array of them.
    core::json::object answer(const kit::Answer& answer);
    core::json::object parameter(std::string_view name);
    core::json::object header(std::string_view name);
    /// The answer to all errors of one status.
    core::json::object error(int status);
    core::json::object all() const;

private:
    /// A body that names a kind of run: which there are, and what each of them takes.
    void add_kinds(core::json::object& properties);

    core::json::object schemas_, parameters_, headers_, responses_;
    std::map<std::pair<const core::schema::Field*, bool>, std::string> bodies_;
};

}  // namespace nightshift::api::openapi
