// Lines of text on a cairo surface, cut to their width. Inside this room only.
// Latin, Greek and Cyrillic, which is most of any report, need no shaping: their glyphs are looked up once and drawn
// many at a time. Everything else goes through pango.
#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nightshift::core::files {

struct Release {
    void operator()(cairo_t* one) const { cairo_destroy(one); }
    void operator()(cairo_surface_t* one) const { cairo_surface_destroy(one); }
    void operator()(PangoLayout* one) const { g_object_unref(one); }
    void operator()(PangoFont* one) const { g_object_unref(one); }
    void operator()(PangoFontDescription* one) const { pango_font_description_free(one); }
};
template <class T>
using Held = std::unique_ptr<T, Release>;

class PdfText {
public:
    /// Belongs to the surface for life. Sizes of fonts are points, as everything here.
    explicit PdfText(cairo_t* context);

    /// One of the fonts, by what pango calls it: "DejaVu Sans Bold 7.5". It stays where it is.
    class Font;
    Font& font(const char* description);
    ~PdfText();
    PdfText(const PdfText&) = delete;
    PdfText& operator=(const PdfText&) = delete;

    /// `y`: where the line of the letters is, which is the same for every script and font in a row.
    /// Drawn in the colour that is set when draw() is called, at the latest with the next text of another font.
    void put(std::string_view what, double x, double y, double width, Font& font, bool right = false);
    void draw();
    /// A paragraph of so many lines at most, whose top is at `y`; how high it is. Drawn at once, in the present colour.
    double put_lines(std::string_view what, double x, double y, double width, Font& font, int lines);

private:
    bool put_simply(std::string_view what, double x, double y, double width, Font& font, bool right);

    cairo_t* context_;
    Held<PangoLayout> layout_;
    std::vector<std::unique_ptr<Font>> fonts_;
    // What waits to be drawn, all of one font.
    Font* pending_ = nullptr;
    std::string text_;
    std::vector<cairo_glyph_t> glyphs_;
    std::vector<cairo_text_cluster_t> clusters_;
};

}  // namespace nightshift::core::files
