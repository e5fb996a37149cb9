#include "api/openapi/pages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/error/error.h"

namespace nightshift::api::openapi {
namespace {

using core::Code;
using core::Error;
using core::http::Request;
using core::http::Response;
namespace json = core::json;

/// Styles are set by the programs themselves, as they draw; scripts are files of ours alone. ReDoc searches in a worker
/// that it makes of its own text.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
    "data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Page {
    std::string_view title, program, style, start;
};
constexpr Page kSwagger{"Nightshift: try the API", "swagger-ui-bundle.js", "swagger-ui.css", "swagger.js"};
constexpr Page kRedoc{"Nightshift: read the API", "redoc.standalone.js", "", "redoc.js"};

constexpr std::string_view kStyle = R"(body { margin: 0; font-family: system-ui, sans-serif; }
main { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; line-height: 1.5; }
.swagger-ui .topbar { display: none; }
)";
constexpr std::string_view kStartSwagger = R"(SwaggerUIBundle({
    url: "/openapi.json", dom_id: "#page", deepLinking: true, docExpansion: "none", filter: true, displayRequestDuration: true,
    defaultModelsExpandDepth: 0, validatorUrl: null, tagsSorter: "alpha",
});
)";
constexpr std::string_view kStartRedoc = R"(Redoc.init("/openapi.json", {
    hideDownloadButton: false, expandResponses: "200,201,202", jsonSampleExpandLevel: 3, sortTagsAlphabetically: true, pathInMiddlePanel: true,
    theme: { typography: { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" } } },
}, document.getElementById("page"));
)";

/// What the pages load: of ours by text, of npm's packages by file.
struct Part {
    std::string_view name, media_type, text = {};
};
constexpr Part kParts[] = {
    {"page.css", "text/css; charset=utf-8", kStyle},
    {"swagger.js", "text/javascript; charset=utf-8", kStartSwagger},
    {"redoc.js", "text/javascript; charset=utf-8", kStartRedoc},
    {"swagger-ui.css", "text/css; charset=utf-8"},
    {"swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
    {"redoc.standalone.js", "text/javascript; charset=utf-8"},
};

std::string html(const Page& page, bool is_there) {
    std::string head =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<title>" +
        std::string(page.title) + "</title>\n<link rel=\"icon\" href=\"data:,\">\n";
    if (is_there && !page.style.empty())
        head += "<link rel=\"stylesheet\" href=\"/docs/" + std::string(page.style) + "\">\n";
    head += "<link rel=\"stylesheet\" href=\"/docs/page.css\">\n</head>\n<body>\n";
    if (!is_there)
        return head +
               "<main><h1>Not installed here</h1>\n<p>This page's program is not in the folder <code>api.pages</code> "
               "of "
               "the configuration. <code>./dev pages</code> fetches it, the Debian package brings it.</p>\n"
               "<p>The description itself is at <a "
               "href=\"/openapi.json\">/openapi.json</a>.</p></main>\n</body>\n</html>\n";
    return head +
           "<div id=\"page\"></div>\n<noscript><main>This page needs JavaScript; <a "
           "href=\"/openapi.json\">/openapi.json</a> does not.</main></noscript>\n<script src=\"/docs/" +
           std::string(page.program) + "\"></script>\n<script src=\"/docs/" + std::string(page.start) +
           "\"></script>\n</body>\n</html>\n";
}

Response show(const Page& page, const std::filesystem::path& folder) {
    std::error_code ignored;
    const bool is_there = std::filesystem::is_regular_file(folder / page.program, ignored);
    return {.body = html(page, is_there),
            .content_type = "text/html; charset=utf-8",
            .headers = {{"Content-Security-Policy", std::string(kPolicy)}, {"Cache-Control", "no-cache"}}};
}

core::http::BodySource source_of(std::shared_ptr<std::ifstream> file) {
    return [file = std::move(file)] {
        std::string piece(65536, '\0');
        file->read(piece.data(), static_cast<std::streamsize>(piece.size()));
        piece.resize(static_cast<std::size_t>(file->gcount()));
        return piece;
    };
}

Response part(const std::string& name, const std::filesystem::path& folder) {
    const auto* known = std::ranges::find(kParts, name, &Part::name);
    if (known == std::end(kParts)) throw Error(Code::not_found, "no such file: " + name);
    Response response{.body = std::string(known->text),
                      .content_type = std::string(known->media_type),
                      .headers = {{"Cache-Control", "public, max-age=3600"}}};
    if (!known->text.empty()) return response;
    std::error_code problem;
    const auto size = std::filesystem::file_size(folder / known->name, problem);
    auto file = std::make_shared<std::ifstream>(folder / known->name, std::ios::binary);
    if (problem || !*file) throw Error(Code::not_found, "this file is not installed: " + name);
    response.length = size;
    response.source = source_of(std::move(file));
    return response;
}

}  // namespace

std::vector<kit::Route> page_routes(const std::string& folder) {
    const auto page = [](std::string_view path, std::string_view doc, kit::Handle handle) {
        return kit::Route{.method = "GET",
                          .path = path,
                          .permission = "",
                          .doc = doc,
                          .handle = std::move(handle),
                          .answer = {.media_type = "text/html"}};
    };
    return {page("/docs", "The API to try out: Swagger UI.",
                 [folder](const Request&, const kit::Caller&, json::object&) { return show(kSwagger, folder); }),
            page("/redoc", "The API to read: ReDoc.",
                 [folder](const Request&, const kit::Caller&, json::object&) { return show(kRedoc, folder); }),
            page("/docs/{file}", "What these pages load.",
                 [folder](const Request& request, const kit::Caller&, json::object&) {
                     return part(request.parameter("file"), folder);
                 })};
}

}  // namespace nightshift::api::openapi
