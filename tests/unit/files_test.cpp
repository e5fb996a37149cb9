// Files of reports: harmless to spreadsheets, readable by their readers, whole or not there.
#include "core/files/table.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

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

    std::string make(const std::string& format, int rows) {
        const auto path = (folder_ / ("report." + format)).string();
        const auto writer = table_writer(format, path,
                                         {.title = "Übersicht Ελλάδα",
                                          .subtitle = "test",
                                          .columns = {std::begin(kColumns), std::end(kColumns)},
                                          .chart_title = "By state",
                                          .chart = {{"Open", 3}, {"Done", 5}}});
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
    const auto sheet = output_of(
        "python3 -c \"import zipfile,sys; "
        "print(zipfile.ZipFile(sys.argv[1]).read('xl/worksheets/sheet2.xml').decode())\" " +
        make("XLSX", 2));
    EXPECT_NE(sheet.find("HYPERLINK"), std::string::npos);
    EXPECT_EQ(sheet.find("<f>"), std::string::npos);
    EXPECT_NE(sheet.find("<v>-1.5</v>"), std::string::npos);
}

TEST_F(Files, a_file_aside_that_is_not_kept_is_gone) {
    const auto path = (folder_ / "half.csv").string();
    {
        FileAside aside(path);
        std::ofstream(aside.path()) << "half";
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_FALSE(fs::exists(path + ".part"));
    FileAside aside(path);
    std::ofstream(aside.path()) << "whole";
    const auto facts = aside.keep();
    EXPECT_EQ(facts.bytes, 5U);
    EXPECT_TRUE(fs::exists(path));
}

}  // namespace
}  // namespace nightshift::core::files
