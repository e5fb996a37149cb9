// Templates of mails: what fills them, and what refuses the start.
#include "domain/deliveries/template.h"

#include <gtest/gtest.h>

#include "core/error/error.h"

namespace nightshift::domain::deliveries {
namespace {

TEST(Template, that_the_program_has_are_whole) {
    EXPECT_NO_THROW(check_templates());
    EXPECT_TRUE(is_template("digest"));
    EXPECT_FALSE(is_template("digest.html"));
}

TEST(Template, shows_what_people_wrote_as_it_is) {
    const core::json::object values{{"title", R"(<script>alert("x")</script> & 'more' {{title}})"}};
    EXPECT_EQ(rendered_text("{{title}}", values, true),
              "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39; {{title}}");
    EXPECT_EQ(rendered_text("{{title}}", values, false), values.at("title").as_string());
}

TEST(Template, repeats_for_each_of_a_list_and_leaves_out_what_is_empty) {
    const core::json::object values{{"heading", "H"},
                                    {"items", core::json::array{core::json::object{{"title", "a"}, {"body", ""}},
                                                                core::json::object{{"title", "b"}, {"body", "c"}}}}};
    EXPECT_EQ(rendered_text("{{#items}}{{heading}}:{{title}}{{#body}}({{body}}){{/body}};{{/items}}.", values, false),
              "H:a;H:b(c);.");
}

TEST(Template, is_refused_when_a_place_has_nothing_or_it_is_not_whole) {
    const auto* places = "heading items items.title";
    EXPECT_EQ(template_problem("{{heading}}{{#items}}{{title}}{{heading}}{{/items}}", places), "");
    EXPECT_NE(template_problem("{{headin}}", places), "");
    EXPECT_NE(template_problem("{{title}}", places), "");
    EXPECT_NE(template_problem("{{#items}}{{body}}{{/items}}", places), "");
    EXPECT_NE(template_problem("{{#items}}", places), "");
    EXPECT_NE(template_problem("{{/items}}", places), "");
    EXPECT_NE(template_problem("{{heading", places), "");
    EXPECT_NE(template_problem("{{ heading }}", places), "");
    EXPECT_THROW(rendered_text("{{heading}}", {}, false), core::Error);
}

}  // namespace
}  // namespace nightshift::domain::deliveries
