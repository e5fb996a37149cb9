// Mails are made from texts with places to fill: templates/<name>.txt and .html, embedded. No logic but these two:
//   {{title}}                 what it is; in HTML its characters are shown as they are, whatever they are
//   {{#items}} .. {{/items}}  once for each of a list, with its own values; or once, when there is such a text at all
// A place that nothing fills, and a template that is not whole, refuse the start: check_templates().
#pragma once

#include <string>
#include <string_view>

#include "core/json/json.h"

namespace nightshift::domain::deliveries {

/// `file`: "digest.html". Throws Error(internal) for a value that is not given, Error(validation) for no such template.
std::string rendered(std::string_view file, const core::json::object& values);
/// A text that is no file of ours, in the same way.
std::string rendered_text(std::string_view text, const core::json::object& values, bool as_html);

/// What is wrong with a text whose places may be these ("heading items items.title"); or nothing.
std::string template_problem(std::string_view text, std::string_view places);

/// Every template that the program names is there, as text and HTML, and asks for nothing but what it is given. Throws
/// Error(configuration).
void check_templates();
/// Whether mails may be made from it by name.
bool is_template(std::string_view name);

}  // namespace nightshift::domain::deliveries
