#include "core/files/pdf_text.h"

#include <array>

namespace nightshift::core::files {
namespace {

constexpr std::string_view kEllipsis = "\u2026";

struct Character {
    char32_t code = 0;
    std::size_t bytes = 0;  ///< 0: no such thing
};

/// The first character of UTF-8 that is known to be valid, if it is no longer than two bytes.
Character first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    if (byte(0) < 0xe0 && text.size() > 1)
        return {static_cast<char32_t>((byte(0) & 0x1fU) << 6U | (byte(1) & 0x3fU)), 2};
    return {};
}

/// One glyph a character, from left to right, whatever stands beside it.
bool is_simple(char32_t code) {
    const auto within = [code](char32_t first, char32_t last) { return code >= first && code <= last; };
    return within(0x20, 0x7e) || within(0xa0, 0xac) || within(0xae, 0x24f) || within(0x370, 0x482) ||
           within(0x48a, 0x52f);
}

}  // namespace

class PdfText::Font {
public:
    struct Glyph {
        unsigned long index = 0;
        double advance = 0;
    };

    Font(PangoLayout* layout, const char* description) : description_(pango_font_description_from_string(description)) {
        auto* context = pango_layout_get_context(layout);
        font_.reset(pango_font_map_load_font(pango_context_get_font_map(context), context, description_.get()));
        if (font_ && PANGO_IS_CAIRO_FONT(font_.get()))
            scaled_ = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font_.get()));
    }
    const PangoFontDescription* description() const { return description_.get(); }
    cairo_scaled_font_t* scaled() const { return scaled_; }
    /// Null where the font has none.
    const Glyph* find(char32_t code, std::string_view utf8) {
        auto& glyph = code < latin_.size() ? latin_[code] : others_[code];
        if (!glyph) glyph = look_up(utf8);
        return glyph->index == 0 ? nullptr : &*glyph;
    }

private:
    Glyph look_up(std::string_view utf8) const {
        cairo_glyph_t* glyphs = nullptr;
        int count = 0;
        Glyph found;
        if (scaled_ != nullptr &&
            cairo_scaled_font_text_to_glyphs(scaled_, 0, 0, utf8.data(), static_cast<int>(utf8.size()), &glyphs, &count,
                                             nullptr, nullptr, nullptr) == CAIRO_STATUS_SUCCESS &&
            count == 1) {
            cairo_text_extents_t extents;
            cairo_scaled_font_glyph_extents(scaled_, glyphs, 1, &extents);
            found = {glyphs[0].index, extents.x_advance};
        }
        cairo_glyph_free(glyphs);
        return found;
    }

    Held<PangoFontDescription> description_;
    Held<PangoFont> font_;
    cairo_scaled_font_t* scaled_ = nullptr;  // belongs to font_
    std::array<std::optional<Glyph>, 0x250> latin_;
    std::unordered_map<char32_t, std::optional<Glyph>> others_;
};

PdfText::PdfText(cairo_t* context) : context_(context), layout_(pango_cairo_create_layout(context)) {
    // For screens pango makes a third more of a point.
    pango_cairo_context_set_resolution(pango_layout_get_context(layout_.get()), 72);
    pango_layout_context_changed(layout_.get());
    pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_single_paragraph_mode(layout_.get(), TRUE);
}

PdfText::~PdfText() = default;

PdfText::Font& PdfText::font(const char* description) {
    return *fonts_.emplace_back(std::make_unique<Font>(layout_.get(), description));
}

void PdfText::put(std::string_view what, double x, double y, double width, Font& font, bool right) {
    if (what.empty()) return;
    if (pending_ != &font) draw();
    if (put_simply(what, x, y, width, font, right)) return;
    auto* layout = layout_.get();
    pango_layout_set_font_description(layout, font.description());
    pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_text(layout, what.data(), static_cast<int>(what.size()));
    // Left means left in a table, also for what is read from the right.
    if (pango_layout_get_line_readonly(layout, 0)->resolved_dir == PANGO_DIRECTION_RTL)
        pango_layout_set_alignment(layout, right ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
    cairo_move_to(context_, x, y - static_cast<double>(pango_layout_get_baseline(layout)) / PANGO_SCALE);
    pango_cairo_show_layout(context_, layout);
}

double PdfText::put_lines(std::string_view what, double x, double y, double width, Font& font, int lines) {
    draw();
    auto* layout = layout_.get();
    pango_layout_set_font_description(layout, font.description());
    pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(layout, -lines);
    pango_layout_set_text(layout, what.data(), static_cast<int>(what.size()));
    int height = 0;
    pango_layout_get_size(layout, nullptr, &height);
    cairo_move_to(context_, x, y);
    pango_cairo_show_layout(context_, layout);
    pango_layout_set_height(layout, -1);
    return static_cast<double>(height) / PANGO_SCALE;
}

/// False: it needs pango, and nothing was done.
bool PdfText::put_simply(std::string_view what, double x, double y, double width, Font& font, bool right) {
    const auto text = text_.size(), glyphs = glyphs_.size();
    const auto forget = [&](std::size_t bytes, std::size_t count) {
        text_.resize(bytes);
        glyphs_.resize(count);
        clusters_.resize(count);
    };
    double end = 0;
    const auto add = [&](std::string_view rest) {
        const auto [code, bytes] = first_of(rest);
        const auto* glyph = bytes > 0 && is_simple(code) ? font.find(code, rest.substr(0, bytes)) : nullptr;
        if (glyph == nullptr) return std::size_t{0};
        text_ += rest.substr(0, bytes);
        glyphs_.push_back({glyph->index, end, y});
        clusters_.push_back({static_cast<int>(bytes), 1});
        end += glyph->advance;
        return bytes;
    };
    for (auto rest = what; !rest.empty();) {
        const auto bytes = add(rest);
        if (bytes == 0) {
            forget(text, glyphs);
            return false;
        }
        rest.remove_prefix(bytes);
    }
    if (end > width) {
        const auto* dots = font.find(0x2026, kEllipsis);
        if (dots == nullptr) {
            forget(text, glyphs);
            return false;
        }
        int hidden = 0;  // bytes that the ellipsis stands for: they can still be searched and copied, as with pango
        while (glyphs_.size() > glyphs && end + dots->advance > width) {
            end = glyphs_.back().x;
            hidden += clusters_.back().num_bytes;
            glyphs_.pop_back();
            clusters_.pop_back();
        }
        glyphs_.push_back({dots->index, end, y});
        clusters_.push_back({hidden, 1});
        end += dots->advance;
    }
    const double shift = right ? x + width - end : x;
    for (auto i = glyphs; i < glyphs_.size(); ++i) glyphs_[i].x += shift;
    pending_ = &font;
    return true;
}

void PdfText::draw() {
    if (!glyphs_.empty()) {
        cairo_set_scaled_font(context_, pending_->scaled());
        cairo_show_text_glyphs(context_, text_.data(), static_cast<int>(text_.size()), glyphs_.data(),
                               static_cast<int>(glyphs_.size()), clusters_.data(), static_cast<int>(clusters_.size()),
                               cairo_text_cluster_flags_t{});
    }
    text_.clear();
    glyphs_.clear();
    clusters_.clear();
    pending_ = nullptr;
}

}  // namespace nightshift::core::files
