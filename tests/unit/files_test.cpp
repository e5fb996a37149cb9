// Files of reports: harmless to spreadsheets, readable by their readers, whole or not there.
#include "core/files/table.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/error/error.h"
#include "core/json/json.h"

namespace nightshift::core::files {
namespace {

namespace fs = std::filesystem;

constexpr Column kColumns[] = {
    {"name", "Name", CellType::text, 2}, {"born", "Born", CellType::date, 1}, {"hours", "Hours", CellType::number, 1}};

class Files : public testing::Test {
protected:
    Files() : folder_(fs::temp_directory_path() / ("nightshift-files-" + std::to_string(::getpid()))) {
        fs::create_directories(folder_);
    }
    ~Files() override { fs::remove_all(folder_); }

    std::string make(const std::string& format, int rows, std::optional<std::size_t> announced = {}) {
        const auto path = (folder_ / ("report." + format)).string();
        const auto writer = table_writer(format, path,
                                         {.title = "Übersicht Ελλάδα 日本語",
                                          .subtitle = "test",
                                          .columns = {std::begin(kColumns), std::end(kColumns)},
                                          .chart_title = "By state",
                                          .chart = {{"Open", 3}, {"Done", 5}},
                                          .rows = announced});
        for (int i = 0; i < rows; ++i)
            writer->row({i % 2 == 0 ? "Łukasz Wiśniewski" : "=HYPERLINK(\"http://x\")", "2026-11-21", "-1.5"});
        writer->finish();
        return path;
    }
    static std::string read(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static std::string output_of(const std::string& command) {
        std::string out;
        FILE* pipe = ::popen(command.c_str(), "r");
        for (char buffer[4096]; pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr;) out += buffer;
        if (pipe != nullptr) ::pclose(pipe);
        return out;
    }
    /// The rows of an XLSX as they are in it.
    static std::string sheet_of(const std::string& path) {
        return output_of(
            "python3 -c \"import zipfile,sys; "
            "print(zipfile.ZipFile(sys.argv[1]).read('xl/worksheets/sheet2.xml').decode())\" " +
            path);
    }
    fs::path folder_;
};

TEST(CsvCell, what_begins_like_a_formula_is_made_text) {
    for (const std::string_view bad :
         std::vector<std::string_view>{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uFF1D1", "\uFF201"})
        EXPECT_NE(csv_cell(bad).find('\''), std::string::npos) << bad;
    EXPECT_EQ(csv_cell("a-b"), "a-b");
    EXPECT_EQ(csv_cell("say \"hi\", twice"), "\"say \"\"hi\"\", twice\"");
}

TEST_F(Files, csv_keeps_numbers_and_guards_texts) {
    const auto text = read(make("CSV", 2));
    EXPECT_NE(text.find("Łukasz Wiśniewski,2026-11-21,-1.5\r\n"), std::string::npos);
    EXPECT_NE(text.find("\"'=HYPERLINK(\"\"http://x\"\")\""), std::string::npos);
}

TEST_F(Files, json_is_json) {
    const auto rows = json::parse(read(make("JSON", 3))).as_array();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].at("hours").as_double(), -1.5);
    EXPECT_EQ(json::parse(read(make("JSON", 0))).as_array().size(), 0U);
}

TEST_F(Files, pdf_repeats_its_header_on_each_page_and_keeps_unicode) {
    const auto path = make("PDF", 120);
    const auto text = output_of("pdftotext -layout " + path + " -");
    EXPECT_NE(text.find("Übersicht Ελλάδα"), std::string::npos);
    EXPECT_NE(text.find("Łukasz Wiśniewski"), std::string::npos);
    std::size_t headers = 0;
    for (auto at = text.find("Born"); at != std::string::npos; at = text.find("Born", at + 1)) ++headers;
    const auto pages = std::atoi(output_of("pdfinfo " + path + " | sed -n 's/^Pages: *//p'").c_str());
    EXPECT_GE(pages, 3);
    EXPECT_EQ(headers, static_cast<std::size_t>(pages));
}

TEST_F(Files, xlsx_writes_what_looks_like_a_formula_as_text) {
    const auto sheet = sheet_of(make("XLSX", 2));
    EXPECT_NE(sheet.find("HYPERLINK"), std::string::npos);
    EXPECT_EQ(sheet.find("<f>"), std::string::npos);
    EXPECT_NE(sheet.find("<v>-1.5</v>"), std::string::npos);
}

TEST_F(Files, html_holds_no_tag_that_a_name_brought) {
    const auto path = (folder_ / "evil.html").string();
    const std::string evil = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";
    const auto writer = table_writer("HTML", path,
                                     {.title = evil,
                                      .subtitle = evil,
                                      .note = evil,
                                      .columns = {std::begin(kColumns), std::end(kColumns)},
                                      .chart_title = evil,
                                      .chart = {{evil, 3}, {"Done", 5}}});
    writer->row({evil, "2026-11-21", "1"});
    writer->finish();
    const auto page = read(path);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("<img"), std::string::npos);
    EXPECT_EQ(page.find("\"'&<"), std::string::npos);
    EXPECT_NE(page.find("<td dir=auto>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img"),
              std::string::npos);
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(page.find("http://"), std::string::npos) << "it needs nothing but itself";
}

TEST_F(Files, html_says_when_there_is_nothing_and_what_columns_come_to) {
    const auto path = (folder_ / "sum.html").string();
    std::vector<Column> columns{std::begin(kColumns), std::end(kColumns)};
    columns[2].sum = true;
    for (const int rows : {0, 3}) {
        const auto writer = table_writer("HTML", path, {.title = "Hours", .columns = columns});
        for (int i = 0; i < rows; ++i) writer->row({"Zo\u00EB", "2026-11-21", "1.25"});
        writer->finish();
        const auto page = read(path);
        EXPECT_EQ(page.find("There is nothing to show.") == std::string::npos, rows > 0);
        EXPECT_EQ(page.find("<td dir=auto>Total<td class=d><td class=n>3.75") == std::string::npos, rows == 0);
        EXPECT_TRUE(page.ends_with("</html>\n"));
    }
}

TEST_F(Files, totals_stand_below_the_rows_of_pdf_and_xlsx_and_have_room_on_the_page) {
    std::vector<Column> columns{std::begin(kColumns), std::end(kColumns)};
    columns[2].sum = true;
    for (std::size_t rows = 25; rows < 70; ++rows) {
        const auto path = (folder_ / "sum.pdf").string();
        const auto writer = table_writer("PDF", path, {.title = "Hours", .columns = columns, .rows = rows});
        for (std::size_t i = 0; i < rows; ++i) writer->row({"somebody", "2026-11-21", "2"});
        writer->finish();
        const auto pages = output_of("pdfinfo " + path + " | sed -n 's/^Pages: *//p'");
        const auto text = output_of("pdftotext -layout " + path + " -");
        EXPECT_NE(text.find("of " + pages), std::string::npos) << rows;
        EXPECT_NE(text.find("Total"), std::string::npos) << rows;
    }
    const auto path = (folder_ / "sum.xlsx").string();
    const auto writer = table_writer("XLSX", path, {.title = "Hours", .columns = columns});
    writer->row({"somebody", "2026-11-21", "2.5"});
    writer->row({"somebody", "2026-11-21", "2.5"});
    writer->finish();
    EXPECT_NE(sheet_of(path).find("<v>5</v>"), std::string::npos);
}

TEST_F(Files, pdf_says_how_many_pages_there_are_where_the_rows_are_known) {
    for (const int rows : {0, 1, 17, 18, 19, 20, 21, 22, 50, 51, 52, 53, 54, 55, 56, 120, 500}) {
        const auto path = make("PDF", rows, static_cast<std::size_t>(rows));
        const auto pages = std::atoi(output_of("pdfinfo " + path + " | sed -n 's/^Pages: *//p'").c_str());
        const auto text = output_of("pdftotext -layout " + path + " -");
        for (int page = 1; page <= pages; ++page)
            EXPECT_NE(text.find("page " + std::to_string(page) + " of " + std::to_string(pages) + "\n"),
                      std::string::npos)
                << rows << " rows, page " << page << " of " << pages;
    }
    const auto unknown = output_of("pdftotext -layout " + make("PDF", 120) + " -");
    EXPECT_NE(unknown.find("page 2\n"), std::string::npos);
    EXPECT_EQ(unknown.find(" of "), std::string::npos);
}

TEST_F(Files, pdf_keeps_names_in_any_script) {
    const auto text = output_of("pdftotext -layout " + make("PDF", 1) + " -");
    EXPECT_NE(text.find("日本語"), std::string::npos);
}

TEST_F(Files, pdf_cuts_what_is_too_long_for_its_column) {
    const auto path = (folder_ / "long.pdf").string();
    const auto writer = table_writer("PDF", path, {.columns = {std::begin(kColumns), std::end(kColumns)}});
    const std::string latin(400, 'W');
    std::string japanese, mixed = "e\u0301";
    for (int i = 0; i < 300; ++i) japanese += "日";
    for (const auto& name : {latin, japanese, mixed, std::string("Ünïcödé Ωμέγα Жук")})
        writer->row({name, "2026-11-21", "1"});
    writer->finish();
    const auto text = output_of("pdftotext -layout " + path + " -");
    EXPECT_NE(text.find(latin), std::string::npos);  // searched and copied as a whole
    EXPECT_NE(text.find(japanese), std::string::npos);
    EXPECT_NE(text.find("Ünïcödé Ωμέγα Жук"), std::string::npos);
    std::size_t dates = 0;
    for (auto at = text.find("2026-11-21"); at != std::string::npos; at = text.find("2026-11-21", at + 1)) ++dates;
    EXPECT_EQ(dates, 4U);
    const auto most_right =
        output_of("pdftotext -bbox " + path + " - | sed -n 's/.*xMax=\"\\([0-9.]*\\)\".*/\\1/p' | sort -n | tail -1");
    EXPECT_GT(std::atof(most_right.c_str()), 400);
    EXPECT_LT(std::atof(most_right.c_str()), 842 - 36);  // the page's margin
}

TEST_F(Files, what_cannot_be_written_says_why) {
    for (const auto* format : {"CSV", "JSON", "PDF", "XLSX", "HTML"}) {
        try {
            const auto writer =
                table_writer(format, "/dev/full", {.columns = {std::begin(kColumns), std::end(kColumns)}});
            for (int i = 0; i < 5000; ++i) writer->row({"somebody", "2026-11-21", "1"});
            writer->finish();
            ADD_FAILURE() << format;
        } catch (const core::Error& problem) {
            EXPECT_STREQ(problem.what(), "the file can't be written: No space left on device") << format;
        }
    }
}

TEST_F(Files, a_file_aside_has_no_name_until_it_is_kept) {
    const auto path = (folder_ / "whole.csv").string();
    const auto entries = [&] { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}); };
    {
        FileAside aside(path);
        std::ofstream(aside.path()) << "half";
    }
    EXPECT_EQ(entries(), 0);
    FileAside aside(path);
    std::ofstream(aside.path()) << "whole";
    EXPECT_FALSE(fs::exists(path));
    const auto facts = aside.facts();
    EXPECT_EQ(facts.bytes, 5U);
    EXPECT_EQ(facts.sha256, "5d5766cf2d78701614200418ee1450690d9af12c84d52545e4802f001ad53099");
    aside.keep();
    EXPECT_EQ(read(path), "whole");
    EXPECT_EQ(entries(), 1);
}

TEST_F(Files, a_file_that_is_kept_takes_the_place_of_another) {
    const auto path = (folder_ / "report.csv").string();
    for (const auto* content : {"first", "second"}) {
        FileAside aside(path);
        std::ofstream(aside.path()) << content;
        aside.keep();
        EXPECT_EQ(read(path), content);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 1);
}

}  // namespace
}  // namespace nightshift::core::files
